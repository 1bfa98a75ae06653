"""The README and the guides show paths, commands, options and targets; all of them have to be there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from components.converters.formats import SUFFIXES
from ui.cli.program import app

ROOT = Path(__file__).resolve().parent.parent
GUIDES = {
    name: (ROOT / name).read_text("utf-8")
    for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md")
}
WORDS = "\n".join(GUIDES.values())
BLOCKS = re.findall(r"^```[^\n]*\n(.*?)^```", WORDS, re.MULTILINE | re.DOTALL)
GROUPS = ("sources", "keys", "train")
"""Commands that have commands of their own."""
TARGETS = sorted(set(re.findall(r"(?<!keys )\bmake ([a-z][a-z-]+)", "\n".join(re.findall(r"`[^`]+`", WORDS)))))
INLINE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", WORDS, flags=re.MULTILINE | re.DOTALL))


def tree_paths() -> list[str]:
    """The paths in the first column of the tables, and every other path with a folder in it but what make builds."""
    first = re.findall(r"^\| `([^`\s]+)` \|", WORDS, re.MULTILINE)
    return sorted({path for path in [*first, *INLINE] if re.fullmatch(r"(?!\.venv)[\w.-]+(/[\w.-]*)+", path)})


def shown_commands() -> list[str]:
    lines = [line.strip().removeprefix("$ ") for block in BLOCKS for line in block.splitlines()]
    found = [line.removeprefix(".venv/bin/") for line in [*lines, *INLINE]]
    return sorted({line for line in found if line == "quaere" or line.startswith("quaere ")})


def help_of(words: list[str]) -> str:
    result = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, [*words, "--help"], prog_name="quaere")
    assert result.exit_code == 0, result.output
    return str(result.stdout)


@pytest.mark.parametrize(
    "package",
    ["components", "pipelines", "service", "evaluation", "training", "ui", "benchmarks", "models", "examples"],
)
def test_the_tree_names_every_package(package: str) -> None:
    assert f"{package}/" in tree_paths()


@pytest.mark.parametrize("path", tree_paths())
def test_every_path_of_the_tree_exists(path: str) -> None:
    found = ROOT / path
    assert found.is_dir() if path.endswith("/") else found.is_file()


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_answers_help_and_knows_the_options_shown(line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    program = help_of([])
    names = re.findall(r"^│ (\w+) ", program.partition("Commands")[2], re.MULTILINE)
    command = next((word for word in words if word in names), None)
    if command is None:
        assert not [word for word in words if not word.startswith("-")], f"{line}: no such command"
        texts = program
    else:
        rest = words[words.index(command) + 1 :]
        nested = [command, *(rest[:1] if command in GROUPS and rest and rest[0].isalpha() else [])]
        texts = program + help_of(nested)
    for option in (word.partition("=")[0] for word in words if word.startswith("--") and word != "--"):
        assert re.search(rf"{option}\b", texts), f"{line}: no such option as {option}"


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"(?<!keys )\bmake ([a-z][a-z-]+)", "\n".join(BLOCKS + INLINE))))
)
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "page", sorted({"README.md", *GUIDES, *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))})
)
def test_every_link_into_the_repository_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = set(re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text))
    assert not [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]


def test_the_readme_fits_two_screens() -> None:
    assert GUIDES["README.md"].count("\n") <= 110


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_every_file_format_is_named(page: str) -> None:
    text = GUIDES[page].replace("文本", "text").lower()
    called = {".htm": "html", ".xhtml": "html", ".tsv": "csv", ".jsonl": "json lines", ".ndjson": "json lines"}
    called |= dict.fromkeys((".md", ".mdown", ".mkd", ".qmd", ".rmd"), "markdown") | {".txt": "text", ".jpg": "jpeg"}
    called |= {".rst": "restructuredtext", ".rest": "restructuredtext", ".adoc": "asciidoc", ".ipynb": "jupyter"}
    for suffix in SUFFIXES:
        plain = suffix.removesuffix(".gz")
        assert re.search(rf"(?<![a-z]){called.get(plain, plain.removeprefix('.'))}", text), suffix


@pytest.mark.parametrize("suffix", sorted({suffix.removesuffix(".gz") for suffix in SUFFIXES}))
def test_every_ending_is_described(suffix: str) -> None:
    assert f"`{suffix}`" in (ROOT / "docs" / "formats.md").read_text("utf-8")
