"""Names that moved to ``evaluation.data``."""

from evaluation.data.faq import FaqEntry, QuestionPair, read_faq, read_pairs
from evaluation.data.files import sha256
from evaluation.data.squad import LabelledQuestion, Paragraph, QuestionFile, read_questions

__all__ = [
    "FaqEntry",
    "LabelledQuestion",
    "Paragraph",
    "QuestionFile",
    "QuestionPair",
    "read_faq",
    "read_pairs",
    "read_questions",
    "sha256",
]
