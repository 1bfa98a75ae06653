"""Dialects of Markdown, reStructuredText, AsciiDoc and notebooks: the words that a reader sees, and no marks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.converters.extracted import Extracted
from components.converters.formats import load
from components.errors import LoadingError
from tests.components.converters.conftest import blocks_of

Read = Callable[[str, str], Extracted]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def load_text(name: str, text: str) -> Extracted:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return load(path)

    return load_text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Copy it.\n{% include copy.html %}\n\nThen run.", "Copy it.\n\nThen run."),
        ("{% comment %}\nnot this\n{% endcomment %}\nBut this.", "But this."),
        ("Version {{site.version}} of [it]({{site.url}}/a) {{ ctx.x }}.", "Version of it ."),
        ("Write `{{ctx.index}}` there.", "Write {{ctx.index}} there."),
        (
            '{{< note >}}\nKeep dry.\n{{< /note >}}\n{{< figure src="a.png" caption="The pump" >}}',
            "Keep dry.\n\nThe pump",
        ),
        ('Text\n{: .note}\n\n[Link](x){:target="_blank"} out', "Text\n\nLink out"),
        ("# Care {#care}\n\nText {.wide #a}", "Care\n\nText"),
        (":::note[Mind the gap]\n\nStay back.\n\n:::", "Mind the gap\n\nStay back."),
        ("::: tip\nGo on.\n:::", "Go on."),
        ('!!! warning "Hot"\n    Do not touch.\n\n    Wait.\n\nDone.', "Hot\n\nDo not touch.\n\nWait.\n\nDone."),
        ("??? tip\n    Fold me.\n\nDone.", "Fold me.\n\nDone."),
        ('=== "Linux"\n\n    Use apt.\n\n=== "Mac"\n\n    Use brew.', "Linux\n\nUse apt.\n\nMac\n\nUse brew."),
        ("> [!NOTE]\n> Save first.", "Save first."),
        ("See [[Setup|the setup]] and [[Care]].", "See the setup and Care."),
        ("Fact.[^1] Next.\n\n[^1]: Said by Ada.", "Fact. Next.\n\nSaid by Ada."),
        ("- [ ] open\n- [x] done", "- open\n- done"),
        ("It is $a_1 * b_2 * c_3$ and costs $5 or $6.", "It is $a_1 * b_2 * c_3$ and costs $5 or $6."),
        ("Pump\n: It moves water.\n: It is red.", "Pump\n\nIt moves water.\n\nIt is red."),
        ("```{note}\nKeep **dry**.\n```\n\nSee {ref}`care`.", "Keep dry.\n\nSee care."),
        ("```\n{% if x %}{{ y }}\n:::note\n```", "{% if x %}{{ y }}\n:::note"),
        ("[TOC]\n\nText <!-- more --> on", "Text on"),
        ("Connect to <your-host> at <https://a.b>.", "Connect to <your-host> at https://a.b."),
        ('<Badge text="new" /> Pumps\n\n<Tip>\nKeep **dry**.\n</Tip>', "new\n\nPumps\n\nKeep dry."),
    ],
)
def test_marks_of_site_generators_go_and_words_stay(read: Read, source: str, expected: str) -> None:
    assert read("a.md", source).text == expected


def test_mdx_is_read_without_its_code(read: Read) -> None:
    source = (
        "import Tabs from '@theme/Tabs';\nimport {\n  Item,\n} from 'x';\n\nexport const a = {\n  b: 1,\n};\n\n"
        "# Install\n\n"
        '<Tabs groupId={[1, 2].map(x => x > 1)}>\n<TabItem value="l" label="Linux">\n\nUse **apt**.\n\n</TabItem>\n'
        "</Tabs>\n\n{/* not shown */}Done.\n\n```js\nimport x from 'y';\n```\n"
    )
    assert read("a.mdx", source).text == "Install\n\nLinux\n\nUse apt.\n\nDone.\n\nimport x from 'y';"


def test_front_matter_with_stray_colons_is_read_line_by_line(read: Read) -> None:
    extracted = read("a.md", "---\ntitle: Pumps: the basics\ngroups: [hr]\nnote: a: b\ntags:\n  - x\n---\nText\n")
    assert (extracted.title, extracted.meta) == ("Pumps: the basics", {"groups": ["hr"], "note": "a: b", "tags": ["x"]})
    for guard in ("groups: [hr", "  groups: a: b", "- valid_until: x: y", '"groups": [hr'):
        with pytest.raises(LoadingError, match="front matter"):
            read("b.md", f"---\ntitle: a: b\n{guard}\n---\nSecret.\n")


def test_lists_of_the_front_matter_stand_where_the_page_shows_them(read: Read) -> None:
    front = "---\nids:\n  - A **card** of the state\n  - A book\ntags: [a, b]\n---\n"
    extracted = read("a.md", f"{front}You need:\n\n{{% include l.html a=page.ids %}}\n\nBring it.")
    assert extracted.text == "You need:\n\n- A card of the state\n- A book\n\nBring it."
    assert extracted.meta == {"tags": ["a", "b"]}


RST = """
.. _top:

Pumps
=====

See :ref:`the guide <guide>` and :kbd:`Ctrl+C`, |name| or ``:ref:`raw```.

.. |name| replace:: the red one

.. note:: Keep *dry*.

.. include:: /etc/passwd

.. raw:: html

   <b>bold</b>

Care
----

.. code-block:: bash
   :linenos:

   .. note:: as it is

.. option:: --home=<dir>, -H <dir>

   Sets the folder.

   It must exist.

.. versionadded:: 1.2

.. unknown-thing:: An argument
   :option: x

   Words below.

term
   What it is.

:Author: Ada
-v, --verbose  Says more.

=====  =====
Model  Price
=====  =====
X200   49
=====  =====

.. list-table:: Prices
   :header-rows: 1

   * - Model
     - Price
   * - X300
     - 79

* One
  * inner
* Two

  1. first
  2. second

.. toctree::

   a
"""


def test_restructured_text(read: Read) -> None:
    extracted = read("a.rst", RST)
    found = [text for _, text in blocks_of(extracted)]
    assert extracted.title == "Pumps" and extracted.format == "rst"
    assert found[:3] == ["Pumps", "See the guide and Ctrl+C, the red one or :ref:`raw`.", "Keep dry."]
    assert ("heading", "Care") in blocks_of(extracted)
    assert extracted.blocks[-1].heading == ("Pumps", "Care")
    assert found[4:10] == [
        ".. note:: as it is",
        "--home=<dir>, -H <dir>: Sets the folder.",
        "It must exist.",
        "Added in version 1.2",
        "An argument",
        "Words below.",
    ]
    assert {"- term: What it is.", "Model: X200; Price: 49", "Prices\nModel: X300; Price: 79"} <= set(found)
    assert found[-1] == "- One * inner\n- Two\n  1. first\n  2. second"
    assert "root:" not in extracted.text and "<b>" not in extracted.text and "toctree" not in extracted.text


ADOC = """= Pumps
:url-base: https://a.b
:name: the red one
// a remark

Use *{name}* of link:{url-base}/x[the shop], see <<care,Care>> and `*raw*`.footnote:[Said so.]

[NOTE]
====
Keep _dry_.
====

WARNING: Hot.

include::other.adoc[]

[[care]]
== Care

[source,bash]
----
*run* it
----

* One
** inner
* Two
+
more

Then:

. first
. second

pump:: It moves water.
valve::
It stops water.

.Prices
[cols="1,1",options="header"]
|===
|Model |Price

|X200 | 49
2+|both
|===

////
hidden
////
Press kbd:[F1], menu:File[Save].
"""


def test_asciidoc(read: Read) -> None:
    extracted = read("a.adoc", ADOC)
    found = [text for _, text in blocks_of(extracted)]
    assert found == [
        "Pumps",
        "Use the red one of the shop, see Care and *raw*. (Said so.)",
        "Keep dry.",
        "Hot.",
        "Care",
        "*run* it",
        "- One\n  - inner\n- Two more",
        "Then:",
        "1. first\n2. second",
        "- pump: It moves water.\n- valve: It stops water.",
        "Prices\nModel: X200; Price: 49\nModel: both; Price: both",
        "Press F1, File > Save.",
    ]
    assert (extracted.title, extracted.blocks[-1].heading) == ("Pumps", ("Pumps", "Care"))


def test_notebook(read: Read) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Pumps\n", "Some **words**."]},
        {"cell_type": "code", "source": "print(1)", "outputs": [
            {"output_type": "stream", "text": ["1\n", "x" * 5_000]},
            {"output_type": "display_data", "data": {"text/plain": "<Figure>", "image/png": "AAAA"}},
        ]},
        {"cell_type": "code", "source": "1/0", "outputs": [
            {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero"},
        ]},
    ]  # fmt: skip
    extracted = read("a.ipynb", json.dumps({"nbformat": 4, "cells": cells}))
    found = [text for _, text in blocks_of(extracted)]
    assert (extracted.title, found[:3]) == ("Pumps", ["Pumps", "Some words.", "print(1)"])
    assert found[3].startswith("1\nxx") and len(found[3]) == 2_000
    assert found[4:] == ["1/0", "ZeroDivisionError: division by zero"]
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "heading", "level": 2, "source": "Old"}]}]}
    assert blocks_of(read("b.ipynb", json.dumps(old))) == [("heading", "Old")]
    with pytest.raises(LoadingError, match="no cells"):
        read("c.ipynb", "{}")


def test_what_stands_around_a_page_is_left_out(read: Read) -> None:
    words = "The pump moves water from one tank to the other, and it does so all day without a stop. " * 4
    links = "".join(f'<a href="{number}">Place {number}</a> ' for number in range(20))
    page = (
        f"<html><head><title>Pumps</title></head><body><header><a href=/>Home</a> Shop</header><div class='nav'>{links}"
        f"</div><div id='cookie-banner'>We use cookies. Accept?</div><main><h1>Pumps</h1><p>{words}</p><ul><li>red</li>"
        f"<li>blue</li></ul><table><tr><th>Model</th><th>Price</th></tr><tr><td>X200</td><td>49</td></tr></table></main>"
        f"<div>{links}</div><aside>Buy now</aside><footer>Imprint</footer></body></html>"
    )
    extracted = read("a.html", page)
    assert [text for _, text in blocks_of(extracted)] == [
        "Pumps",
        words.strip(),
        "- red\n- blue",
        "Model: X200; Price: 49",
    ]


def test_a_page_keeps_its_words_where_all_of_it_looks_like_navigation(read: Read) -> None:
    assert read("a.html", f"<nav><h2>Care</h2><p>{'Clean it. ' * 60}</nav>").text.startswith("Care\n\nClean it.")
    assert (
        "Berlin" in read("b.html", "<ul><li><a href=a>Berlin</a><li><a href=b>Rome</a><li><a href=c>Oslo</a></ul>").text
    )
