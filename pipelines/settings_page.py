"""docs/settings.md, made from the settings themselves: ``python -m pipelines.settings_page > docs/settings.md``."""

import inspect
import sys
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from pipelines.setting_groups import EFFECTS
from pipelines.setting_names import descriptions, effects, groups, secret_names, variable

_HEAD = """# Settings

<!-- Written by `python -m pipelines.settings_page > docs/settings.md`; a test compares. -->

Every setting has a default, so you need none to start. To change one, write it in one of these places; the first place
that has it wins:

1. a flag: `quaere --set search.candidates=40 ask "..."` (`--data FOLDER` is short for `--set data=FOLDER`);
2. the environment: `{example}=40`, with two underscores between group and name;
3. `quaere.toml` in the current folder, or the file that `--config FILE` names:

   ```toml
   data = "my-index"

   [search]
   candidates = 40
   ```

   A single setting may also stand above all sections as `search.candidates = 40`, if there is no section `[search]`.

From Python it is `Quaere(settings={{"search.candidates": 40}})`. `quaere status` shows every value and where it comes
from. A name or value that Quaere does not know is an error that says what to write. A running `quaere serve` reads its
settings once: restart it after a change.

Secrets ({secrets}) are never shown. You can also keep each in a file of its own, as
container platforms do, and name the file in {files}.
"""

_EFFECTS_HEAD = """## What a change affects

The tables below say what each setting affects:

| | What it is, and what you do after a change |
|---|---|
"""


def page() -> str:
    """The whole page, as Markdown."""
    named = sorted(secret_names())
    head = _HEAD.format(
        example=variable("search.candidates"),
        secrets=", ".join(f"`{name}`" for name in named),
        files=", ".join(f"`{variable(name)}_FILE`" for name in named),
    )
    meanings = "".join(f"| {effect} | {meaning} |\n" for effect, meaning in EFFECTS.items())
    alone = _section("Folders", "Written above all groups in `quaere.toml`.", "")
    sections = [_section(f"`[{name}]`", inspect.getdoc(kind) or "", name) for name, kind in groups().items()]
    return "\n".join([head, _EFFECTS_HEAD + meanings, alone, *sections])


def _section(title: str, description: str, group: str) -> str:
    rows = [
        f"| `{name}` | {_default(field)} | {_values(field)} | {field.description} | {', '.join(effects(name))} |\n"
        for name, field in descriptions().items()
        if name.rpartition(".")[0] == group
    ]
    head = "| Setting | Default | Values | What it sets | Affects |\n|---|---|---|---|---|\n"
    return f"## {title}\n\n{description}\n\n{head}{''.join(rows)}"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None:
        return "-"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else f"`{value}`"


def _values(field: FieldInfo) -> str:
    """Which values are allowed."""
    kinds = [kind for kind in get_args(field.annotation) or (field.annotation,) if kind is not type(None)]
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{kind}`" for kind in kinds)
    words = {"Path": "path", "str": "text", "int": "whole number", "float": "number", "bool": "`true`, `false`"}
    limits = [
        f"{word} {getattr(each, name):,g}"
        for each in field.metadata
        for name, word in (("gt", "above"), ("ge", "from"), ("le", "to"))
        if hasattr(each, name)
    ]
    return " ".join([words.get(kinds[0].__name__, "text"), *limits])


if __name__ == "__main__":
    sys.stdout.write(page())
