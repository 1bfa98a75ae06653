"""Quaere from Python: index documents and ask them questions, in a few lines.

    from quaere import Quaere

    with Quaere("my-index") as quaere:
        quaere.index("handbook/")
        reply = quaere.ask("How long is the warranty?")
        for answer in reply.answers:
            print(answer.text, answer.confidence, answer.source, answer.page)

An empty ``reply.answers`` means that the documents hold no answer that is sure enough. Every error that you can do
something about is a :class:`~components.errors.QuaereError` that says what to do.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from components.errors import QuaereError
from components.types import Answer, Passage, Query, Reply
from pipelines.indexing import IndexProgress, IndexReport
from pipelines.replies import Stage, UserQuestion
from pipelines.service import QAService
from pipelines.settings import Settings

__all__ = ["Answer", "IndexReport", "Passage", "Quaere", "QuaereError", "Query", "Reply", "UserQuestion"]


class Quaere:
    """One data folder, open for indexing and asking. Safe to use from several threads; one process at a time.

    Args:
        data: the data folder; made at the first :meth:`index`. None takes the setting, ``.quaere`` by default.
        config: a settings file; None reads ``quaere.toml`` in the current folder, if there is one.
        settings: values by the names of docs/settings.md; these beat the environment and the file.

    Raises:
        ConfigurationError: a setting has a wrong name or value; the message says which values are allowed.

    Example:
        >>> with Quaere("my-index", settings={"answers.top": 1}) as quaere:  # doctest: +SKIP
        ...     quaere.index("handbook/", "faq.csv").indexed
        ...     quaere.ask("How long is the warranty?").answers[0].text
        12
        '24 months'
    """

    def __init__(
        self,
        data: Path | str | None = None,
        *,
        config: Path | str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        given = {**(settings or {}), **({} if data is None else {"data": data})}
        self.settings = Settings.load(given, file=None if config is None else Path(config))
        self._service = QAService(self.settings, purpose="Python")

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> Self:
        """Take the data folder, so that no other process changes it; a second call is free.

        Raises:
            StoreError: another process has the folder open, or it is damaged.
        """
        self._service.open()
        return self

    def close(self) -> None:
        """Let go of the data folder; a second call is free."""
        self._service.close()

    def index(
        self,
        *paths: Path | str,
        meta: Mapping[str, Any] | None = None,
        prune: bool = False,
        on_progress: Callable[[IndexProgress], None] | None = None,
    ) -> IndexReport:
        """Bring the index up to date with files, folders and globs; unchanged files are skipped.

        Args:
            paths: files, folders (read with all below them) and globs.
            meta: fields for every document, such as ``{"tags": ["2026"], "groups": ["staff"]}``.
            prune: delete indexed documents below ``paths`` whose files are gone.
            on_progress: called again and again while it works.

        Returns:
            How many files were indexed, and in ``failures`` each file that was not, with the reason.

        Raises:
            InputError: a path does not exist.
        """
        return self._service.index([str(path) for path in paths], meta=meta, prune=prune, on_progress=on_progress)

    def ask(self, question: str, **options: Any) -> Reply:
        """Answer one question.

        Args:
            question: as a person would write it, in at most 2,000 characters.
            options: those of :meth:`ask_batch`.

        Raises:
            InputError: nothing is indexed yet, or the question or a filter cannot be used.
        """
        return self.ask_batch([question], **options)[0]

    def ask_batch(
        self,
        questions: Sequence[str | UserQuestion],
        *,
        top: int | None = None,
        threshold: float | None = None,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] = (),
        explain: bool = False,
    ) -> list[Reply]:
        """Answer several questions, which takes less time than one after the other.

        Args:
            questions: texts, or :class:`UserQuestion` with an id, filters or groups of their own.
            top: answers at most, from 1.
            threshold: least confidence of an answer, in [0, 1]; 0 gives the best one however unsure.
            filters: Haystack's filter syntax over ``meta`` fields.
            groups: whose documents may be used, beside those that are for everyone.
            explain: give every candidate as a passage instead of the first ten.

        Returns:
            Replies in the order of the questions.
        """
        return self._service.ask_batch(
            questions, top=top, threshold=threshold, filters=filters, groups=groups, explain=explain
        )

    async def ask_stream(
        self,
        question: str | UserQuestion,
        *,
        top: int | None = None,
        threshold: float | None = None,
        explain: bool = False,
    ) -> AsyncGenerator[Stage]:
        """Answer one question, and give each result as soon as it is there; options as in :meth:`ask_batch`.

        Yields:
            The :class:`Query` as understood, the passages as a tuple, and at last the :class:`Reply`.
        """
        stages = self._service.ask_stream(question, top=top, threshold=threshold, explain=explain)
        async with aclosing(stages):
            async for stage in stages:
                yield stage
