"""A web page without what stands around its text: navigation, footers, cookie boxes, teasers, share buttons.

Elements are hidden before the page is walked, told by their tag, their role, their names and the share of
links in their text. Where too little would be left, the page stays as it is: rather some words too many than the text
lost.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import html

from components.languages.asking import is_question

_TAGS = frozenset({"nav", "aside", "footer", "dialog", "menu"})
_ROLES = frozenset({
    "navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "menubar",
    "toolbar", "tooltip", "alert",
})  # fmt: skip
_NAMES = frozenset({
    "cookie", "cookies", "consent", "gdpr", "cookiebanner", "cookieconsent", "navbar", "navigation", "breadcrumb",
    "breadcrumbs", "sidebar", "footer", "pagefooter", "newsletter", "sharedaddy", "sharing", "skiplink", "skiplinks",
    "comments", "commentlist", "respond", "disqus", "pagination", "servicenavigation", "metanav", "printfooter",
    "catlinks", "jumpmarks",
})  # fmt: skip
"""Words in the id or the class of what stands around a text."""

_LIKELY_NAMES = frozenset({
    "nav", "navi", "menu", "submenu", "mainmenu", "sidenav", "share", "social", "socials", "socialmedia", "subscribe",
    "subscription", "related", "recommended", "recommendations", "pager", "popup", "modal", "overlay", "skip", "advert",
    "advertisement", "ads", "sponsor", "sponsored", "promo", "comment", "login", "signin", "signup", "search",
    "searchform", "widget", "widgets", "toolbar", "byline", "tags", "tagcloud", "postmeta", "copyright", "imprint",
    "topbar", "noprint", "paywall", "donate", "masthead", "languages", "author", "meta", "teasers", "latest", "popular",
    "trending", "banner",
})  # fmt: skip
"""The same of what may hold text as well: it counts where it is short, or full of links."""

_SHORT, _LEADING = 300, 0.3
"""Characters of such an element, and the share of links from which on it leads elsewhere."""

_SPLIT = re.compile(r"[^a-z]+|(?<=[a-z])(?=[A-Z])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST_NAME = 300
_TEMPLATES = frozenset({"text/template", "text/x-template", "text/html"})
_MOST_SHARE = 0.5
"""Of a page's text: what holds more is the page, whatever it is called."""

_MAIN_SHARE = 0.3
"""Of the text outside navigation: an element that is marked as the main text must hold as much to be believed."""

_LINKED = 0.6
"""Share of a block's characters in links from which on it leads elsewhere."""

_FEWEST = 250
"""Characters of a text; with fewer, and a page of four times as much, the page stays as it is."""

_BLOCKS = frozenset({"ul", "ol", "p", "div", "section", "table", "dl", "h2", "h3", "h4", "h5", "h6", "span", "form"})


def open_panels(root: Any) -> None:
    """Show what a button with a question unfolds, and read such buttons as headings."""
    panels = {node.get("id"): node for node in root.iter() if isinstance(node.tag, str) and node.get("id")}
    for button in list(root.iter("button", "a")):
        target = button.get("aria-controls") or button.get("data-target") or button.get("data-bs-target") or ""
        panel = panels.get(target.removeprefix("#")) if target else None
        words = " ".join(button.text_content()[:1_000].split())
        if panel is None or not is_question(words):
            continue
        for name in ("hidden", "aria-hidden", "style"):
            panel.attrib.pop(name, None)
        is_headed = any(above.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt") for above in _above(button))
        button.tag = "span" if is_headed else "h6"


def unfold_templates(root: Any) -> None:
    """Read texts that stand in scripts until the page shows them."""
    for script in list(root.iter("script")):
        source = script.text or ""
        if (script.get("type") or "").lower() in _TEMPLATES and "<p" in source and script.getparent() is not None:
            script.tag, script.text = "div", None
            script.append(html.fragment_fromstring(source, create_parent="div"))


def keep_main(root: Any) -> None:
    """Take out of a page what is not its text, where enough is left."""
    body = root.find("body") if root.tag == "html" else root
    if body is None:
        return
    sizes = _sizes(body)
    whole = sizes[body][0]
    for node in body.iter("nav", "aside", "footer", "menu", "dialog"):
        if sizes[node][0] > _MOST_SHARE * whole:
            node.tag = "div"  # one that is never closed holds the page
    doomed = list(_outermost(body, sizes, whole))
    lost = sum(sizes[node][0] for node in doomed)
    left = whole - lost
    if left < _FEWEST and whole > 4 * max(left, 1):
        return
    for node in doomed:
        _take_out(node)
    main = _main(body, sizes, doomed)
    if main is not None:
        _keep_only(body, main)


def _above(node: Any) -> Iterator[Any]:
    while (node := node.getparent()) is not None:
        yield node


def _sizes(body: Any) -> dict[Any, tuple[int, int]]:
    """Characters of each element's text, and of its links; white space counts as little as it shows."""
    sizes: dict[Any, tuple[int, int]] = {}
    # Children come after their parents, so that each is added up when its own children are.
    nodes = [node for node in body.iter() if isinstance(node.tag, str)]
    totals: dict[Any, list[int]] = {node: [_length(node.text), 0] for node in nodes}
    for node in reversed(nodes):
        total = totals[node]
        if node.tag in ("script", "style", "template", "noscript", "svg"):
            total[0] = 0
        if node.tag == "a":
            total[1] = total[0]
        sizes[node] = (total[0], total[1])
        above = node.getparent()
        if above in totals and node is not body:
            totals[above][0] += total[0] + _length(node.tail)
            totals[above][1] += total[1]
    return sizes


def _length(text: str | None) -> int:
    return len(" ".join(text.split())) if text else 0


def _outermost(body: Any, sizes: dict[Any, tuple[int, int]], whole: int) -> Iterator[Any]:
    """The elements to be taken out, none inside another."""
    waiting = [(child, False) for child in reversed(list(body))]
    while waiting:
        node, inside = waiting.pop()
        if not isinstance(node.tag, str) or node not in sizes:
            continue
        if _is_around(node, sizes, whole, inside):
            yield node
            continue
        inside = inside or node.tag in ("article", "main") or node.get("role") == "main"
        waiting += [(child, inside) for child in reversed(list(node))]


def _is_around(node: Any, sizes: dict[Any, tuple[int, int]], whole: int, inside: bool) -> bool:
    size, linked = sizes[node]
    if not size or size > _MOST_SHARE * whole:
        return False
    if node.tag in _TAGS or node.get("role") in _ROLES or (node.tag == "header" and not inside):
        return not _has_title(node)
    if node.tag in _BLOCKS and _is_named_so(node, size, linked):
        return not _has_title(node)
    links = node.tag in ("ul", "ol", "div", "section", "p", "table") and linked > _LINKED * size
    return links and not inside and len(node.findall(".//a")) > 2 and not _has_title(node)


def _is_named_so(node: Any, size: int, linked: int) -> bool:
    names = _names(node)
    if not _NAMES.isdisjoint(names):
        return True
    return not _LIKELY_NAMES.isdisjoint(names) and (size < _SHORT or linked > _LEADING * size)


def _has_title(node: Any) -> bool:
    return next(node.iter("h1"), None) is not None


def _names(node: Any) -> set[str]:
    """The words of an element's id and classes."""
    given = f"{node.get('id') or ''} {node.get('class') or ''}"[:_LONGEST_NAME]
    return set(_SPLIT.split(_CAMEL.sub("-", given).lower()))


def _main(body: Any, sizes: dict[Any, tuple[int, int]], doomed: list[Any]) -> Any:
    """The element that is marked as the main text, where it is one and holds enough of what is left."""
    lost = {node: sizes[node][0] for node in doomed}
    left = sizes[body][0] - sum(lost.values())
    for found in ([*body.iter("main")], body.xpath("//*[@role='main']"), [*body.iter("article")]):
        if len(found) != 1 or found[0] not in sizes:
            continue
        own = sizes[found[0]][0] - sum(size for node, size in lost.items() if found[0] in _above(node))
        if own >= max(1, _MAIN_SHARE * left):
            return found[0]
    return None


def _keep_only(body: Any, main: Any) -> None:
    """Take out all that stands neither in an element nor above it, but headings of the first level."""
    kept = {main, *_above(main)}
    for holder in [above for above in _above(main) if above is body or body in set(_above(above))]:
        for child in list(holder):
            if child not in kept and isinstance(child.tag, str) and not _has_title(child):
                _take_out(child)


def _take_out(node: Any) -> None:
    """Hide an element; what stands behind it stays."""
    node.set("hidden", "")
