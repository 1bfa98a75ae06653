"""Dialects of Markdown -> the Markdown that everybody reads: the marks of site generators go, their words stay.

Knows Jekyll, Hugo, Docusaurus, VitePress, MkDocs, MDX, GitHub, Obsidian and MyST. What stands in a block of code is
left as it is, and so are formulas. Goes through the lines once; each mark is looked for in one line, or up to a limit.
"""

import re
from collections.abc import Iterator, Mapping

_FENCE = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*(?:[-*+][ \t]+)?(`{3,}|~{3,})(.*)\Z")
_COMMENT = re.compile(r"\{% *-? *(end)?comment *-? *%\}")
_LONGEST_TAG = 2_000
_ATTRIBUTE = re.compile(
    r"""\b(?:title|label|summary|header|name|caption|description|question|answer|text|heading)\s{0,3}=\s{0,3}"""
    r"""(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|\{"([^"\n]{1,300})"\})"""
)
_REFERENCE = re.compile(r"\bpage\.(\w{1,80})")
_KRAMDOWN = re.compile(r"\{:(?!=)[^{}\n]{0,200}\}|\{::[^{}\n]{0,200}/?\}|\{:/[^{}\n]{0,80}\}")
_ALERT = re.compile(r"((?:[ \t]{0,8}>)+[ \t]?)\[![A-Za-z]{2,20}\][+-]?[ \t]?")
_CONTAINER = re.compile(r"([ \t]*):{3,}[ \t]*(?:\{?[\w-]*\}?)[ \t]*(.*)\Z")
_ADMONITION = re.compile(r"""([ \t]*)(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+((?:[\w-]+[ \t]*){0,4})(?:"([^"\n]*)")?[ \t]*\Z""")
_DIRECTIVE = re.compile(
    r"\{(?:note|tip|warning|important|caution|danger|attention|hint|seealso|admonition|dropdown|details|tab-item|card)\}"
    r"[ \t]*(.*)\Z"
)
_FOOTNOTE = re.compile(r"[ \t]{0,3}\[\^[^\]\s]{1,80}\]:[ \t]?")
_TOC = re.compile(r"[ \t]*(?:\[\[?_?toc_?\]?\]|--8<--.*|\{![^}]*!\}|\{%-?[^%]*\btoc\b[^%]*%\})[ \t]*\Z", re.IGNORECASE)
_DEFINITION = re.compile(r"[ \t]{0,3}:[ \t]{1,4}(\S.*)\Z")
_IMPORT = re.compile(r"(?:import\s+(?:[\w*{'\"]).*|export\s+(?:const|default|function|let|var|\{).*)\Z")
_TASK = re.compile(r"([ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)\[[ xX]\][ \t]+")
_INLINE = re.compile(
    r"(?P<code>``[^\n]{1,1000}?``|`[^`\n]{1,1000}`)"
    r"|(?P<math>(?<![\\$\w])\$(?![\s$])[^$`\n]{1,500}(?<![\s\\])\$(?![\d$])|\$\$[^$`\n]{1,1000}\$\$)"
    r"|(?P<liquid>\{%[^\n]{1,2000}?%\})"
    r"|(?P<short>\{\{[<%][^\n]{1,2000}?[>%]\}\})"
    r"|(?P<value>\{\{[^{}\n]{1,500}\}\})"
    r"|(?P<comment>\{/\*[^\n]{0,2000}?\*/\})"
    r"|(?P<kramdown>[ \t]?\{:(?!=)[^{}\n]{0,200}\}|\{::[^{}\n]{0,200}\})"
    r"|(?P<anchor>[ \t]?\{[#.](?=[\w-])[^{}\n]{1,200}\})"
    r"|(?P<wiki>!?\[\[(?P<target>[^\[\]|\n]{1,300})(?:\|(?P<words>[^\[\]\n]{1,300}))?\]\](?!\())"
    r"|(?P<note>\[\^[^\]\s]{1,80}\](?!:))"
    r"|(?P<role>\{[a-z][\w:-]{0,40}\}(?=`))"
    r"|(?P<tag><(?P<close>/?)(?P<name>[A-Za-z][\w.-]{0,80})(?=[\s/>]))"
)
_HTML = frozenset({
    "a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "base", "bdi", "bdo", "big",
    "blockquote", "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup", "data",
    "datalist", "dd", "del", "details", "dfn", "dialog", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption",
    "figure", "font", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
    "hgroup", "hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link", "main",
    "map", "mark", "math", "menu", "meta", "meter", "nav", "noscript", "object", "ol", "optgroup", "option",
    "output", "p", "param", "picture", "pre", "progress", "q", "rb", "rp", "rt", "ruby", "s", "samp", "script",
    "search", "section", "select", "slot", "small", "source", "span", "strike", "strong", "style", "sub", "summary",
    "sup", "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead", "time", "title", "tr",
    "track", "tt", "u", "ul", "var", "video", "wbr",
})  # fmt: skip


def plain(body: str, shown: Mapping[str, str], *, components: bool = False) -> str:
    """The text without the marks of its dialect.

    Args:
        body: below the front matter.
        shown: Markdown that the page shows where it names a field; what it does not name comes last.
        components: whether this is MDX, in which code stands between the words.
    """
    reader = _Reader(shown, body)
    lines = _without_imports(body.split("\n")) if components else iter(body.split("\n"))
    text = "\n".join(line for line in reader.lines(_without_comments(lines)) if line is not None)
    return "\n\n".join((text, *(words for name, words in shown.items() if name not in reader.used)))


def _without_imports(lines: list[str]) -> Iterator[str]:
    """MDX without its imports and exports, each of which ends at a blank line; code in fences is kept."""
    inside = fenced = False
    for line in lines:
        fenced ^= _FENCE.match(line) is not None
        inside = not fenced and (_IMPORT.match(line) is not None or (inside and bool(line.strip())))
        if not inside:
            yield line


def _without_comments(lines: Iterator[str]) -> Iterator[str]:
    """Without what Jekyll's comments hold."""
    inside = False
    for line in lines:
        marks = list(_COMMENT.finditer(line)) if "comment" in line else []
        if not marks:
            if not inside:
                yield line
            continue
        kept, at = "", 0
        for mark in marks:
            kept += "" if inside else line[at : mark.start()]
            inside, at = mark[1] is None, mark.end()
        yield kept + ("" if inside else line[at:])


class _Reader:
    """Goes through the lines; remembers whether they are code, and how far an admonition indents them."""

    def __init__(self, shown: Mapping[str, str], body: str) -> None:
        self.used: set[str] = set()
        self._shown = shown
        self._body = body.lower()
        self._fence = ""
        self._unfenced: list[str] = []  # fences around a text
        self._indents: list[int] = []
        self._above = ""
        self._tag = _Tag()
        self._pairs: dict[str, bool] = {}

    def lines(self, lines: Iterator[str]) -> Iterator[str]:
        for raw in lines:
            line = self._dedented(raw)
            if (fence := _FENCE.match(line)) is not None or self._fence:
                yield from self._code(line, fence)
            else:
                yield from self._prose(line)

    def _dedented(self, line: str) -> str:
        if not line.strip():
            return line
        own = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        while self._indents and own < self._indents[-1]:
            self._indents.pop()
        return line.expandtabs(4)[self._indents[-1] :] if self._indents else line

    def _code(self, line: str, fence: re.Match[str] | None) -> Iterator[str]:
        if self._fence:
            if fence is not None and fence[1].startswith(self._fence) and not fence[2].strip():
                self._fence = ""
            yield line
        elif fence is not None and self._unfenced and fence[1] == self._unfenced[-1] and not fence[2].strip():
            self._unfenced.pop()
        elif fence is not None and (directive := _DIRECTIVE.match(fence[2].strip())) is not None:
            self._unfenced.append(fence[1])
            yield from ("", directive[1], "")
        elif fence is not None:
            self._fence = fence[1]
            yield line

    def _prose(self, line: str) -> Iterator[str]:
        if _TOC.match(line) is not None:
            return
        if (box := _ADMONITION.match(line)) is not None and (box[2] or box[3] is not None):
            self._indents.append((self._indents[-1] if self._indents else 0) + len(box[1].expandtabs(4)) + 4)
            yield from ("", box[3] if box[3] is not None else "", "")
        elif (box := _CONTAINER.match(line)) is not None:
            yield from ("", self._inline(box[2].strip(" []:")), "")
        elif (found := _FOOTNOTE.match(line)) is not None:
            yield from ("", self._inline(line[found.end() :]))
        elif (found := _DEFINITION.match(line)) is not None and self._above.strip():
            yield from ("", self._inline(found[1]), "")
        else:
            yield self._line(line)
        self._above = line if line.strip() or not _DEFINITION.match(line) else self._above

    def _line(self, line: str) -> str:
        line = _TASK.sub(r"\1", _ALERT.sub(r"\1", line))
        return self._inline(line)

    def _inline(self, line: str) -> str:
        if not self._tag.is_open and not any(mark in line for mark in "{<[$"):
            return line
        pieces, at = [], 0
        if self._tag.is_open:
            at = self._tag.rest(line, 0)
            pieces.append(self._tag.words())
        while (found := _INLINE.search(line, at)) is not None:
            pieces.append(line[at : found.start()])
            at = found.end()
            if found["name"] is not None:
                at = self._element(line, found, pieces)
            else:
                pieces.append(self._said(found))
        pieces.append(line[at:])
        kept = "".join(pieces)
        return kept if kept.strip() or not line.strip() else ""

    def _said(self, found: re.Match[str]) -> str:
        """The words of what is no element."""
        mark = found.lastgroup if found.lastgroup not in ("target", "words") else "wiki"
        words = found[0]
        if mark == "code":
            return words
        if mark == "math":
            return f"`{words}`"
        if mark == "wiki":
            return found["words"] if found["words"] is not None else found["target"]
        if mark in ("liquid", "short", "value"):
            fields = [name for name in _REFERENCE.findall(words) if name in self._shown and name not in self.used]
            self.used.update(fields)
            return _apart([self._shown[name] for name in fields]) + _apart(_named(words) if mark != "value" else [])
        return ""

    def _element(self, line: str, found: re.Match[str], pieces: list[str]) -> int:
        """Append what stays of an element, and tell where it ends in the line."""
        name = found["name"]
        if name.lower() in _HTML and (name.islower() or name.isupper()):
            pieces.append(found[0])
            return found.end()
        if not self._is_component(name, line, found.start()):
            pieces.append("\\" + found[0])
            return found.end()
        self._tag.open()
        at = self._tag.rest(line, found.end())
        pieces.append(self._tag.words())
        return at

    def _is_component(self, name: str, line: str, at: int) -> bool:
        """Whether an element is one of a library, which is closed; else it is a gap to be filled in ("<your-name>")."""
        known = self._pairs.get(name)
        if known is None:
            known = self._pairs[name] = f"</{name.lower()}>" in self._body
        return known or (end := line.find(">", at, at + _LONGEST_TAG)) < 0 or line[end - 1] == "/"


class _Tag:
    """An element of a component, which may go on over several lines and hold code in braces."""

    def __init__(self) -> None:
        self.is_open = False
        self._source = ""
        self._depth = 0
        self._quote = ""

    def open(self) -> None:
        self.is_open, self._source, self._depth, self._quote = True, "", 0, ""

    def rest(self, line: str, at: int) -> int:
        """Read on; where the element ends, or the line."""
        for place in range(at, len(line)):
            sign = line[place]
            if self._quote:
                self._quote = "" if sign == self._quote else self._quote
            elif sign in "\"'`":
                self._quote = sign
            elif sign in "{}":
                self._depth = max(0, self._depth + (1 if sign == "{" else -1))
            elif sign == ">" and not self._depth:
                self.is_open = False
                self._source += line[at:place]
                return place + 1
        self._source += line[at:] + " "
        if len(self._source) > _LONGEST_TAG or not line.strip():
            self.is_open = False
        return len(line)

    def words(self) -> str:
        return "" if self.is_open else _apart(_named(self._source))


def _named(source: str) -> list[str]:
    """The words that an element shows by its attributes."""
    return [next(filter(None, found.groups())) for found in _ATTRIBUTE.finditer(source)]


def _apart(parts: list[str]) -> str:
    return "".join(f"\n\n{part}\n\n" for part in parts)
