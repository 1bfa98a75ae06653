"""The title of a document: its own property where a person wrote it, else its name or its first heading; pure."""

import re
from pathlib import Path

_EMPTY = frozenset(
    {
        "untitled", "untitled document", "no title", "title", "document", "new document", "presentation", "slide 1",
        "powerpoint presentation", "word document", "microsoft word", "book", "workbook", "print", "scan",
        "unbenannt", "unbenanntes dokument", "dokument", "präsentation", "powerpoint-präsentation", "ohne titel",
        "sans titre", "document sans titre", "présentation powerpoint", "sin título", "documento", "presentación",
        "presentación de powerpoint", "无标题", "未命名", "幻灯片 1", "演示文稿", "powerpoint 演示文稿",
    }
)  # fmt: skip
_PREFIX = re.compile(r"(?:microsoft\s+(?:word|powerpoint|excel)|(?:word|excel|powerpoint|pdf))\s+[-–]\s", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?:document|dokument|documento|untitled|unbenannt|presentation|book|mappe|scan|img|image|tmp|temp|slide|folie)"
    r"[\s_-]?\(?\d{1,8}\)?",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"\.(?:docx?|docm|dotx?|xlsx?|xlsm|xls|pptx?|pdf|indd|qxd|wpd|pmd|p65|rtf|odt|ods|odp|txt|tmp|tex|dvi|e?ps|fm|pub"
    r"|cdr|ai|jpe?g|png|tiff?|html?|md)$",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?:[a-z]:\\|\\\\|file:|https?:|/)\S", re.IGNORECASE)
_HEX = re.compile(r"\{?[0-9a-f-]{12,}\}?", re.IGNORECASE)
_JOINTS = re.compile(r"[\s_]+|(?<=\w)-(?=\w)")


def is_machine_made(title: str) -> bool:
    """Whether a program wrote a title: the name of a file, a number, a path, or what stands there unless changed."""
    text = " ".join(title.split())
    if text.casefold() in _EMPTY or not any(map(str.isalpha, text)):
        return True
    if _PREFIX.match(text) or _PATH.match(text) or _ENDING.search(text):
        return True
    if _NUMBERED.fullmatch(text) or (_HEX.fullmatch(text) and any(map(str.isdigit, text))):
        return True
    return " " not in text and "_" in text


def title_from_name(path: Path) -> str | None:
    """The name of a file as words; None where that is a machine's too."""
    name = " ".join(part for part in _JOINTS.split(path.stem) if part)
    return None if is_machine_made(name) else name


def chosen_title(own: str | None, heading: str | None, path: Path) -> str | None:
    """What to call a document.

    Args:
        own: what its properties say.
        heading: its first.
        path: of its file, whose name it gets where its own title is a machine's.
    """
    if own is None or not own.strip():
        return heading
    if not is_machine_made(own):
        return own
    return title_from_name(path) or heading
