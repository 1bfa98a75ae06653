"""What surrounds the pages that stand beside the page framework: the documents and the login."""

from pathlib import Path
from urllib.parse import quote

from ui.web.texts import Texts

_SHELL = (Path(__file__).parent / "shell.html").read_text("utf-8")
# Whoever is not logged in may not fetch it.
_ICON = quote((Path(__file__).parent / "favicon.svg").read_text("utf-8"))
_NO_SCRIPT = "() => {}"


def render_shell(texts: Texts, title: str, body: str, style: str, script: str = _NO_SCRIPT) -> str:
    """A whole page.

    Args:
        texts: the interface's language.
        title: of the window.
        body: HTML.
        style: CSS.
        script: a function, called when all is there.
    """
    parts = {"language": texts.language, "title": title, "icon": _ICON}
    parts |= {"style": style, "body": body, "script": script}
    # In one pass: what a part holds is not looked through for the names of the others.
    found = _SHELL.split("{")
    filled = found[0]
    for piece in found[1:]:
        name, brace, rest = piece.partition("}")
        filled += parts[name] + rest if brace and name in parts else "{" + piece
    return filled
