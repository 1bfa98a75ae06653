"""Titles that people wrote, told from those that programs fill in: pure, knows no file format.

A program names a new document "Untitled" or "Document1", prints "Microsoft Word - letter.doc" into a PDF, or writes an
identifier. The file's name says more than any of these.
"""

import re
from pathlib import Path

_DEFAULTS = (
    r"microsoft (?:office )?(?:word|excel|powerpoint|publisher|visio)\b.*+",
    r"(?:powerpoint|word|excel|office)[ -]?(?:presentation|pr[äa]sentation|document|dokument|workbook|worksheet)",
    r"pr[ée]sentation powerpoint|presentaci[óo]n de powerpoint|apresentaç[ãa]o do powerpoint|powerpoint 演示文稿",
    r"presentazione (?:di|standard di) powerpoint",
    r"(?:untitled|unnamed|unbenannt|ohne titel|sans titre|sin t[íi]tulo|sem t[íi]tulo|senza titolo|naamloos"
    r"|无标题|未命名)(?: ?(?:document|dokument|documento|presentation|page|file|form))?+[ _-]?+\d*+",
    r"(?:document|dokument|documento|doc|presentation|pr[äa]sentation|pr[ée]sentation|presentaci[óo]n|book|workbook)"
    r"[ _-]?+\d*+",
    r"(?:mappe|classeur|libro|cartel|sheet|slide|folie|layout|page|section|chapter|template|文档|演示文稿|工作簿)"
    r"[ _-]?+\d*+",
    r"(?:title|titel|titre|t[íi]tulo|titolo|no title|kein titel|\(?anonymous\)?|unspecified|unknown|none|null|n/?a)",
    r"(?:tmp|temp|print|full page photo|scan(?:ned document)?+|image|img)[ _-]?+\d*+",
)
_DEFAULT = re.compile("|".join(_DEFAULTS), re.IGNORECASE | re.DOTALL)
_ENDINGS = frozenset({
    "ai", "cdr", "csv", "doc", "docm", "docx", "dot", "dotx", "dvi", "eps", "fm", "htm", "html", "idml", "indd", "jpeg",
    "jpg", "key", "md", "numbers", "odp", "ods", "odt", "ott", "p65", "pages", "pdf", "pmd", "png", "pot", "potx",
    "ppt", "pptx", "ps", "pub", "qxd", "qxp", "rtf", "tex", "tif", "tiff", "tmp", "txt", "vsd", "wpd", "wps", "xhtml",
    "xls", "xlsm", "xlsx", "xml",
})  # fmt: skip
_PLACE = re.compile(r"(?:[a-z]:[\\/]|\\\\|file:|/(?:home|users|tmp|var|mnt)/).*+", re.IGNORECASE | re.DOTALL)
_IDENTIFIER = re.compile(r"\{?(?:urn:uuid:)?[0-9a-f]{8,}(?:-?[0-9a-f]{4,})*+\}?", re.IGNORECASE)
LONGEST = 1_000
"""Characters of a title that are looked at."""


def looks_like_machine(title: str) -> bool:
    """Whether a title says nothing of the document: a program's own, a file's name, a path, an identifier, no words."""
    name = " ".join(title.split())[:LONGEST]
    letters = sum(map(str.isalpha, name))
    return (
        not letters  # "X200" may be the name of a product, and one Chinese character a word
        or len(name) < 2 - (name > "\u2fff")
        or "\ufffd" in name
        or _is_file(name)
        or any(pattern.fullmatch(name) for pattern in (_DEFAULT, _PLACE))
        or (any(map(str.isdigit, name)) and _IDENTIFIER.fullmatch(name) is not None)
    )


def _is_file(name: str) -> bool:
    stem, _, ending = name.rpartition(".")
    return ending.lower() in _ENDINGS and not stem.endswith(" ")


def title_or_name(path: Path, *titles: str | None) -> str:
    """The first title that a person seems to have written, else the file's name without its ending.

    Args:
        path: the file.
        titles: what it offers, the likeliest first: its property, its largest heading.
    """
    written = (title for title in titles if title is not None and not looks_like_machine(title))
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return next(written, Path(name).stem)
