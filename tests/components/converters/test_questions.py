"""Questions with their answers become entries of a FAQ, whatever shape they have; what is none stays as it was."""

from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from components.converters.extracted import Extracted
from components.converters.formats import load
from components.converters.questions import LONGEST_ANSWER, LONGEST_DIVIDED_ANSWER

Save = Callable[[str, str], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def entries(extracted: Extracted) -> list[tuple[str, str]]:
    """Question and answer of each entry; the blocks are checked to be where they say."""
    found = []
    for block in extracted.blocks:
        part = extracted.text[block.start : block.end]
        assert part == part.strip() != ""
        if block.kind == "faq":
            assert block.question_end is not None and extracted.text[block.question_end] == "\n"
            question, answer = extracted.text[block.start : block.question_end], extracted.text[block.question_end :]
            found.append((question, answer[: block.end - block.question_end].strip()))
    return found


HOW = "How long is the warranty?"
WHO = "Who repairs the pump?"
BOTH = [(HOW, "Two years."), (WHO, "Our service does.")]
SHAPES = {
    "headings.md": f"# Help\n\n## {HOW}\n\nTwo years.\n\n## {WHO}\n\nOur service does.\n",
    "labels.md": f"Q: {HOW}\nA: Two years.\n\nQ: {WHO}\nA: Our service does.\n",
    "bold-labels.md": f"**Q: {HOW}**\n\nA: Two years.\n\n**Q: {WHO}**\n\nA: Our service does.\n",
    "bold.md": f"**{HOW}**\n\nTwo years.\n\n**{WHO}**\n\nOur service does.\n",
    "details.md": f"<details><summary>{HOW}</summary>\n\nTwo years.\n\n</details>\n<details>\n"
    f"<summary>{WHO}</summary>\n"
    "\nOur **service** does.\n</details>\n",
    "table.md": f"| Question | Answer |\n|---|---|\n| {HOW} | Two years. |\n| {WHO} | Our service does. |\n",
    "definitions.md": f"{HOW}\n: Two years.\n\n{WHO}\n: Our service does.\n",
    "accordion.mdx": f'import {{ Accordion }} from "x"\n\n<Accordion title="{HOW}">\n\nTwo years.\n\n</Accordion>\n\n'
    f'<Accordion title="{WHO}">\n\nOur service does.\n\n</Accordion>\n',
    "lines.txt": f"Q1: {HOW}\nA1: Two years.\nQ2: {WHO}\nA2: Our service does.\n",
    "paragraphs.txt": f"{HOW}\nTwo years.\n\n{WHO}  \n\nOur service does.\n",
    "headings.rst": f"Help\n====\n\n{HOW}\n-------------------------\n\nTwo years.\n\n{WHO}\n---------------------\n\n"
    "Our service does.\n",
    "terms.rst": f"{HOW}\n   Two years.\n\n{WHO}\n   Our service does.\n",
    "dropdown.rst": f".. dropdown:: {HOW}\n\n   Two years.\n\n.. dropdown:: {WHO}\n\n   Our service does.\n",
    "headings.adoc": f"= Help\n\n== {HOW}\n\nTwo years.\n\n== {WHO}\n\nOur service does.\n",
    "qanda.adoc": f"[qanda]\n{HOW}:: Two years.\n{WHO}::\nOur service does.\n",
    "details.html": f"<body><details><summary>{HOW}</summary><p>Two years.</details><details><summary>{WHO}</summary>"
    "<p>Our service does.</details></body>",
    "terms.html": f"<dl><dt>{HOW}</dt><dd>Two years.</dd><dt>{WHO}</dt><dd>Our service does.</dd></dl>",
    "table.html": f"<table><tr><td>{HOW}<td>Two years.<tr><td>{WHO}<td>Our service does.</table>",
    "buttons.html": f'<h3><button aria-controls="a">{HOW}</button></h3><div id="a" hidden><p>Two years.</div>'
    f'<h3><a data-bs-target="#b">{WHO}</a></h3><div id="b" style="display: none"><p>Our service does.</div>',
    "bare-buttons.html": f'<button aria-controls="a">{HOW}</button><div id="a" aria-hidden="true">Two years.</div>'
    f'<button data-target="#b">{WHO}</button><div id="b" hidden><p>Our service does.</div>',
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_the_same_entries(save: Save, name: str) -> None:
    assert entries(load(save(name, SHAPES[name]))) == BOTH


def test_bold_questions_of_a_word_file(tmp_path: Path) -> None:
    document = docx.Document()
    for question, answer in BOTH:
        document.add_paragraph().add_run(question).bold = True
        document.add_paragraph(answer)
    document.save(str(tmp_path / "a.docx"))
    assert entries(load(tmp_path / "a.docx")) == BOTH


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Frage: Wie lange gilt sie?\nAntwort: Zwei Jahre.", ("Wie lange gilt sie?", "Zwei Jahre.")),
        ("问：保修期多久？\n答：两年。", ("保修期多久？", "两年。")),
        ("Pregunta: ¿Cuánto dura?\nRespuesta: Dos años.", ("¿Cuánto dura?", "Dos años.")),
        ("Question : Combien de temps ?\nRéponse : Deux ans.", ("Combien de temps ?", "Deux ans.")),
        ("Domanda: Quanto dura?\nRisposta: Due anni.", ("Quanto dura?", "Due anni.")),
        ("P: Quanto dura?\nR: Dois anos.", ("Quanto dura?", "Dois anos.")),
        ("# 常见问题\n\n## 如何重置密码\n\n按住按钮。", ("如何重置密码", "按住按钮。")),
        (
            "# Hilfe\n\n## Wie setze ich es zurück\n\nDrücken Sie lange.",
            ("Wie setze ich es zurück", "Drücken Sie lange."),
        ),
        ("## Q. How is it reset?\n\n- A: Press long.\n- Wait.", ("How is it reset?", "Press long.\n- Wait.")),
    ],
)
def test_all_languages_of_the_packs(save: Save, source: str, expected: tuple[str, str]) -> None:
    assert entries(load(save("a.md", source))) == [expected]


def test_a_title_that_is_a_question_makes_an_entry_of_the_page(save: Save) -> None:
    page = "Wait.\n\n## Later\n\nCall us.\n\n## Related articles\n\n* [Doors](x)\n"
    (entry,) = entries(load(save("a.md", f"---\ntitle: Why is my account locked?\n---\n{page}")))
    assert entry == ("Why is my account locked?", "Wait.\n\nLater\n\nCall us.")
    (entry,) = entries(load(save("b.md", "---\nquestion: Why so: loud?\nanswer: It is a pump.\n---\n")))
    assert entry == ("Why so: loud?", "It is a pump.")


def test_below_the_name_of_a_faq_every_section_is_an_entry(save: Save) -> None:
    found = entries(load(save("a.md", "# FAQ\n\n## `pump -x` fails\n\nUse -y.\n\n## See also\n\n[Doors](x)\n")))
    assert found == [("pump -x fails", "Use -y.")]
    assert entries(load(save("b.md", "# Care\n\n## Cleaning\n\nUse water.\n"))) == []


def test_records_of_the_front_matter_are_shown(save: Save) -> None:
    source = (
        f"---\nitems:\n  - title: {HOW}\n    content: Two years.\n  - title: {WHO}\n    content: Our **service** does."
    )
    assert entries(load(save("a.md", f"{source}\n---\n# Help\n"))) == BOTH


def test_a_chapter_below_a_question_is_no_entry(save: Save) -> None:
    long = "Word and word. " * (LONGEST_ANSWER // 15 + 1)
    assert entries(load(save("a.md", f"## {HOW}\n\n{long}\n"))) == []
    half = "Word and word. " * (LONGEST_DIVIDED_ANSWER // 30 + 1)
    assert entries(load(save("b.md", f"## {HOW}\n\n### One\n\n{half}\n\n### Two\n\n{half}\n"))) == []
    assert entries(load(save("c.md", f"## {HOW}\n\n### {WHO}\n\nOur service does.\n"))) == BOTH[1:]


def test_a_single_question_in_a_text_is_a_figure_of_speech(save: Save) -> None:
    source = "It stopped.\n\nWhat now?\n\nNobody knew.\n"
    extracted = load(save("a.txt", source))
    assert entries(extracted) == [] and extracted.text == source


def test_pages_are_kept_where_an_answer_runs_over_one(tmp_path: Path, pdf: Callable[..., bytes]) -> None:
    words = "and so on until the end of the page where the next one begins"
    first = [(72, 720, 20, "Help for all"), (72, 690, 16, HOW), (72, 660, 11, f"Two years {words}.")]
    second = [(72, 720, 11, f"Three with a bill {words}."), (72, 650, 16, WHO), (72, 620, 11, f"Our service {words}.")]
    (tmp_path / "a.pdf").write_bytes(pdf([first, second]))
    extracted = load(tmp_path / "a.pdf")
    found = [block for block in extracted.blocks if block.kind == "faq"]
    assert [extracted.text[block.start : block.question_end] for block in found] == [HOW, WHO]
    place = extracted.text.index("Three")
    assert (found[0].page, found[0].page_at(place), found[1].page) == (1, 2, 2)
