"""One (question, passage) pair to learn from. Pure."""

from dataclasses import dataclass, replace

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A question, a passage, and what a model should say of them."""

    question: str
    passage: str
    context: str = ""
    """Title and heading, read before the passage; gives no spans."""
    spans: Spans = ()
    """Start and end in characters of the passage, end exclusive."""
    relevant: bool = False
    """Whether the passage answers the question."""
    readable: bool = True
    """Whether a reader learns from it: it does not where the passage answers with words that nobody marked."""

    def moved(self, passage: str, by: int) -> "Row":
        """The row with another passage, in which the spans stand ``by`` characters further on."""
        spans = tuple((start + by, end + by) for start, end in self.spans)
        return replace(self, passage=passage, spans=spans)
