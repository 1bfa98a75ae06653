"""On which page a place of a text stands that may run over the end of one. Pure, and light enough to ask with."""

from bisect import bisect_right
from collections.abc import Sequence


def page_at(page: int | None, breaks: Sequence[int], offset: int) -> int | None:
    """The page that an offset stands on, of words that begin on ``page``; ``breaks``, in order, begin the next ones."""
    return None if page is None else page + bisect_right(breaks, offset)
