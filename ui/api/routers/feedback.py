"""Feedback over HTTP: what people say about answers, or take back, and all of it as examples."""

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from service.feedback import Feedback, FeedbackBook, Mark, Verdict
from ui.api.guarded import Guarded
from ui.api.middleware.access import Admin, Reader
from ui.api.problems import USUAL, Missing, responses
from ui.api.schemas.replies import Part
from ui.api.schemas.requests import Body, Question

_MOST_CHARACTERS = 5000


class Marked(Body):
    """Some words of a source."""

    source_id: str = Field(description="As in the answer.")
    start: int = Field(ge=0, description="Where they start, in code points.")
    end: int = Field(ge=0, description="Where they end, exclusive.")

    def mark(self) -> Mark:
        """The same for the book."""
        return Mark(self.source_id, self.start, self.end)


class FeedbackRequest(Body):
    """What somebody says about an answer."""

    question: Question
    verdict: Verdict = Field(
        description='"right" and "wrong" are about an answer; "corrected" says what would have been right; '
        '"not-in-documents" that nothing would have been.'
    )
    answer: Marked | None = Field(default=None, description="The answer that is judged.")
    correction: Marked | None = Field(default=None, description="The right words in a source.")
    correction_text: str | None = Field(
        default=None, min_length=1, max_length=_MOST_CHARACTERS, description="The right answer, where it is not marked."
    )
    comment: str | None = Field(default=None, max_length=_MOST_CHARACTERS, description="Anything else.")


class FeedbackCreated(Part):
    """The feedback is kept."""

    feedback_id: str


class FeedbackDeleted(Part):
    """The feedback is forgotten."""

    feedback_id: str


class Examples(Part):
    """Feedback in the form of SQuAD 2.0."""

    version: str
    data: list[dict[str, Any]] = Field(description="Articles with paragraphs, contexts and questions, as in SQuAD 2.0.")
    others: list[dict[str, Any]] = Field(description="What makes no example, such as answers that are only wrong.")


def feedback_router(book: FeedbackBook) -> APIRouter:
    """The endpoints of feedback."""
    router = APIRouter(
        prefix="/api/v1/feedback",
        tags=["feedback"],
        responses=responses(*USUAL),
        route_class=Guarded,
    )

    @router.post("", status_code=201, summary="Judge an answer")
    async def judge(body: FeedbackRequest, caller: Reader) -> FeedbackCreated:
        """Keep what is said, with the words that it is about."""
        feedback = Feedback(
            question=body.question,
            verdict=body.verdict,
            answer=None if body.answer is None else body.answer.mark(),
            correction=None if body.correction is None else body.correction.mark(),
            correction_text=body.correction_text,
            comment=body.comment,
        )
        return FeedbackCreated(feedback_id=await asyncio.to_thread(book.add, feedback, caller.key_id, caller.groups))

    @router.delete("/{feedback_id}", summary="Take back what was said")
    def take_back(feedback_id: str, caller: Reader) -> FeedbackDeleted:
        """Forget it; only the key that said it may do so."""
        if not book.take_back(feedback_id, caller.key_id, caller.groups):
            raise Missing(f"There is no feedback {feedback_id[:80]!r} of yours.")
        return FeedbackDeleted(feedback_id=feedback_id)

    @router.get("/export", summary="Export feedback")
    def export(caller: Admin) -> Examples:
        """All that you may know of, to train and to judge models with."""
        return Examples(**book.export(caller.groups))

    return router
