"""The filter controls as HTML: sources by checkbox under a search field, language, dates.

Pure. They are the browser's own controls; ``page.js`` counts, searches and reads them.
"""

from collections.abc import Collection, Sequence

from ui.web.escaping import escape
from ui.web.texts import Texts

MOST_LISTED = 1000
"""Sources to choose from."""


def render_filters(
    texts: Texts, sources: Sequence[str] = (), languages: Collection[str] = (), *, left_out: int = 0
) -> str:
    """The fold-out with all controls.

    Args:
        texts: the interface's language.
        sources: names that the visitor may see.
        languages: codes of the documents' languages.
        left_out: how many more sources there are.
    """
    counts = f'data-one="{texts.filters_active.one}" data-other="{texts.filters_active.other}"'
    return (
        f'<details class="qa-filters"><summary><svg class="qa-icon" viewBox="0 0 16 16" aria-hidden="true">'
        f'<path d="M2 4.5h12M4.5 8h7M6.75 11.5h2.5"/></svg>{texts.filters} '
        f'<span class="qa-active" {counts}></span></summary>'
        f'<div class="qa-panel">{_sources(texts, sources, left_out)}<div class="qa-fields">'
        f"{_language(texts, languages)}{_date('from', texts.updated_from)}{_date('to', texts.updated_to)}</div>"
        f'<button type="button" class="qa-quiet qa-clear">{texts.clear_filters}</button></div></details>'
    )


def _sources(texts: Texts, sources: Sequence[str], left_out: int) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="source" value="{escape(name)}"><bdi>{escape(name)}</bdi></label>'
        for name in dict.fromkeys(sources)
    )
    more = f'<p class="qa-muted">{texts.sources_left_out.of(left_out)}</p>' if left_out > 0 else ""
    return (
        f'<fieldset class="qa-sources"><legend>{texts.filter_sources}</legend>'
        f'<input type="search" class="qa-find" placeholder="{texts.find_source}" aria-label="{texts.find_source}" '
        f'autocomplete="off"><div class="qa-choices">{boxes}'
        f'<p class="qa-muted qa-none-fits" hidden>{texts.no_source_fits}</p></div>{more}</fieldset>'
    )


def _language(texts: Texts, languages: Collection[str]) -> str:
    named = sorted((texts.language_name(code), code) for code in languages)
    options = "".join(f'<option value="{escape(code)}">{escape(name)}</option>' for name, code in named)
    return (
        f'<label>{texts.filter_language}<select name="language"><option value="">{texts.any_language}</option>'
        f"{options}</select></label>"
    )


def _date(name: str, label: str) -> str:
    return f'<label>{label}<input type="date" name="{name}"></label>'
