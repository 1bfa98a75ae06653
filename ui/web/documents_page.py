"""The page with the documents as HTML: where files are added, and the list; the scripts fill both.

Pure: no files, no page framework, no clock.
"""

from collections.abc import Sequence

from components.types import PUBLIC_GROUP
from ui.web.escaping import escape
from ui.web.languages import DOCUMENTS
from ui.web.texts import LANGUAGES, Texts
from ui.web.turns import render_header, render_status

_UPLOAD_ICON = (
    '<svg class="qa-icon" viewBox="0 0 16 16" aria-hidden="true">'
    '<path d="M8 10.5v-8M4.8 5.5 8 2.3l3.2 3.2M2.5 10v3.500h11V10"/></svg>'
)


def render_documents(
    texts: Texts,
    groups: Sequence[str] | None,
    *,
    may_write: bool,
    may_leave: bool,
    endings: Sequence[str],
    megabytes: float,
) -> str:
    """The body of the page.

    Args:
        texts: the interface's language.
        groups: the visitor's, beside the public one; None for one who may not read.
        may_write: whether what changes something is shown.
        may_leave: whether the visitor is logged in.
        endings: of the formats that can be added.
        megabytes: that a file has at most.
    """
    others = [other for other in LANGUAGES.values() if other != texts]
    header = render_header(texts, others, DOCUMENTS, may_leave=may_leave)
    if groups is None:
        content = f'<p class="qa-notice">{texts.not_allowed}</p>'
    else:
        adding = _adding(texts, groups, endings, megabytes) if may_write else _reading(texts)
        content = f"{adding}{_list(texts, may_write=may_write)}"
    return (
        f'<div class="qa-column">{header}<main><h2 class="qa-title">{texts.documents_page}</h2>'
        f"{content}</main>{render_status('', texts)}</div>"
    )


def _reading(texts: Texts) -> str:
    return f'<p class="qa-notice">{texts.library.read_only}</p>'


def _adding(texts: Texts, groups: Sequence[str], endings: Sequence[str], megabytes: float) -> str:
    words = texts.library
    accepted = escape(",".join(endings))
    formats = words.formats.format(megabytes=f"{megabytes:g}")
    return (
        f'<section class="qa-adding" aria-label="{words.add}" data-endings="{accepted}" data-megabytes="{megabytes:g}">'
        f'<div class="qa-drop">{_UPLOAD_ICON}<p>{words.drop} '
        f'<label class="qa-choose">{words.choose}<input type="file" class="qa-spoken" multiple accept="{accepted}">'
        f'</label></p><p class="qa-muted">{formats}</p>'
        '<p class="qa-replacing" hidden><span></span> '
        f'<button type="button" class="qa-quiet">{words.cancel}</button></p></div>'
        f'<details class="qa-fold"><summary>{words.more}</summary><div class="qa-given">{_groups(texts, groups)}'
        f'<label>{words.tags}<input name="tags" placeholder="{words.tags_hint}" autocomplete="off"></label>'
        f'<label>{words.address}<input name="url" type="url" placeholder="{words.address_hint}" autocomplete="off">'
        '</label></div></details><p class="qa-refused" role="alert" hidden></p><ul class="qa-sent"></ul></section>'
    )


def _groups(texts: Texts, groups: Sequence[str]) -> str:
    """Boxes for the visitor's own groups, which are chosen at first, and for everyone."""
    if not groups:
        return ""
    named = [(group, f"<bdi>{escape(group)}</bdi>", " checked") for group in groups]
    named.append((PUBLIC_GROUP, texts.library.everyone, ""))
    boxes = "".join(
        f'<label><input type="checkbox" name="group" value="{escape(value)}"{checked}>{name}</label>'
        for value, name, checked in named
    )
    return f"<fieldset><legend>{texts.library.groups}</legend>{boxes}</fieldset>"


def _list(texts: Texts, *, may_write: bool) -> str:
    words = texts.library
    return (
        f'<section class="qa-library" aria-label="{words.listed}"{" data-may-write" if may_write else ""}>'
        f'<div class="qa-tools"><h3>{words.listed}</h3><input type="search" class="qa-find" '
        f'placeholder="{words.find}" aria-label="{words.find}" autocomplete="off"></div>'
        f'<ul class="qa-tagged" aria-label="{words.tagged}" hidden></ul>'
        f'<ul class="qa-sources" aria-busy="true"></ul><p class="qa-muted qa-nothing" hidden></p>'
        f'<nav class="qa-paging" aria-label="{words.listed}" hidden><button type="button" class="qa-quiet qa-previous">'
        f'{words.previous}</button><span class="qa-muted"></span><button type="button" class="qa-quiet qa-next">'
        f"{words.next}</button></nav></section>"
    )
