"""On which page a place of a text stands that may run over the end of one. Pure, and light enough to ask with."""

from collections.abc import Iterable


def page_at(page: int | None, breaks: Iterable[int], offset: int) -> int | None:
    """The page that an offset stands on, of words that begin on ``page``; ``breaks``: where the next ones begin."""
    return None if page is None else page + sum(turn <= offset for turn in breaks)
