"""The service that everything above the pipelines uses: ask, index, list, delete, rebuild, back up, status.

Owns one data folder. Opening it takes the folder's lock, finishes or undoes what a kill left, and loads nothing else:
models come with the first question.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from haystack import Pipeline

from components.converters.formats import endings_from, expand
from components.errors import InputError
from components.query.filters.syntax import check_fields, checked_filter
from components.stores.catalogue.sources import SourceInfo
from components.stores.catalogue.visible import Holdings, SourcePage, SourceQuery, VisibleSources
from components.stores.documents import QuaereDocumentStore
from components.types import Finding, Passage, Reply
from pipelines import archives
from pipelines.asking import StageName, Trace, build_asking_pipeline
from pipelines.engines import EngineName
from pipelines.folder import WAITING, OpenFolder, load_models, refuse_archive
from pipelines.indexing import Identity, IndexPlan, IndexProgress, IndexReport
from pipelines.quality import QualityReport, look_at_older, quality_report
from pipelines.replies import Asking, Stage, UserQuestion
from pipelines.settings import Settings
from pipelines.similar import SimilarKind, similar
from pipelines.sources import (
    Excerpt,
    KeptFields,
    SourceDetail,
    excerpt,
    find_source,
    is_for,
    is_indexed,
    kept_fields,
    picture,
    source_of,
    unknown_source,
)
from pipelines.status import Status, status_of

_PARALLEL_QUESTIONS = 4

_STANDARD_FIELDS = frozenset(
    {"source", "source_id", "file_name", "version", "url", "title", "heading", "page", "row", "language", "kind"}
    | {"groups", "tags", "author", "created_at", "updated_at", "valid_from", "valid_until"}
)
"""Fields that a filter may name although no passage has them yet."""


class QAService:
    """Questions, sources and maintenance of one data folder; safe to use from several threads.

    Args:
        settings: what is in force.
        purpose: what this process does, for the message that a second opener of the folder gets.
        on_message: is told in words when something takes long, such as preparing a model.
        sandbox: read and split each file in a process of its own, with limits of memory and time; without, a file
            can make this one loop, crash or fill the memory.

    Example:
        >>> from pathlib import Path
        >>> characters = Path("note.md").write_text("The warranty lasts 24 months.", encoding="utf-8")
        >>> with QAService(Settings.load({"data": "data"})).open(writable=True) as service:
        ...     service.index(["note.md"]).indexed
        ...     service.ask("How long is the warranty?").answers[0].text
        1
        '24 months'
    """

    def __init__(
        self,
        settings: Settings,
        *,
        purpose: str = "quaere",
        on_message: Callable[[str], None] | None = None,
        sandbox: bool = True,
    ) -> None:
        self.settings = settings
        self.sandbox = sandbox
        self.purpose = purpose
        self.on_message = on_message
        self._folder: OpenFolder | None = None
        self._asking: Pipeline | None = None
        self._asked: QuaereDocumentStore | None = None
        self._building = threading.Lock()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, *, writable: bool = False) -> Self:
        """Take the data folder; a second call is free.

        Args:
            writable: make the folder where there is none; otherwise a missing one counts as empty.

        Raises:
            StoreError: another process holds the folder, or it is damaged.
        """
        if self._folder is None and (
            writable or self.settings.qdrant.engine == "server" or self.settings.data.is_dir()
        ):
            self._folder = OpenFolder(self.settings, self.purpose, self.on_message, sandbox=self.sandbox)
        return self

    def close(self) -> None:
        """Let go of the data folder; a second call is free."""
        self._asking = None
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def announce(self, **facts: str) -> None:
        """Tell other processes of the same user, through the folder's lock file, how to reach this one."""
        self._open_folder().announce(**facts)

    # Asking

    def ask(self, question: str, **options: Any) -> Reply:
        """Answer one question; see :meth:`ask_batch` for the options."""
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
        on_reply: Callable[[Reply], None] | None = None,
    ) -> list[Reply]:
        """Answer questions; several run at a time and share the models' calls.

        Args:
            questions: texts, or :class:`UserQuestion` with an id, filters or groups of their own.
            top: answers at most; None for the setting.
            threshold: least confidence in [0, 1], 0 gives the best answer however unsure; None for the setting.
            filters: Haystack's filter syntax.
            groups: the caller's access groups, beside the public one.
            explain: give all candidates as passages instead of the first ten.
            on_reply: called with each reply as it is ready.

        Returns:
            Replies in the order of the questions.

        Raises:
            InputError: a question or filter cannot be used.
            ConfigurationError: the index was made with other models or settings.
        """
        asked = [each if isinstance(each, UserQuestion) else UserQuestion(each) for each in questions]
        if not asked:
            return []
        pipeline, catalogue = self._asking_pipeline(), self._open_folder().catalogue

        def answer(question: UserQuestion) -> Reply:
            complete = self._complete(question, filters, groups)
            reply = Asking(pipeline, catalogue, complete, explain=explain, top=top, threshold=threshold).reply()
            if on_reply is not None:
                on_reply(reply)
            return reply

        if len(asked) == 1:
            return [answer(asked[0])]
        with ThreadPoolExecutor(min(len(asked), _PARALLEL_QUESTIONS)) as pool:
            return list(pool.map(answer, asked))

    async def ask_stream(
        self,
        question: str | UserQuestion,
        *,
        top: int | None = None,
        threshold: float | None = None,
        explain: bool = False,
    ) -> AsyncGenerator[Stage]:
        """Answer one question, and give what is known as it is known; the parameters are those of :meth:`ask_batch`.

        Yields:
            The question as understood, the passages after reranking, and the reply.

        Raises:
            InputError: the question or its filter cannot be used.
            ConfigurationError: the index was made with other models or settings.
        """
        asked = question if isinstance(question, UserQuestion) else UserQuestion(question)
        asking = await asyncio.to_thread(self._asking_of, asked, explain=explain, top=top, threshold=threshold)
        async with aclosing(asking.stream()) as results:
            async for result in results:
                yield result

    def trace(
        self,
        question: str | UserQuestion,
        *,
        until: StageName = "answering",
        candidates: int | None = None,
        top: int | None = None,
        threshold: float | None = None,
        groups: Sequence[str] = (),
    ) -> Trace:
        """What every stage gives for one question: for measuring, training and calibrating.

        Args:
            question: as the user wrote it.
            until: the last stage to run.
            candidates: passages that retrieval gives at most; None for the setting.
            top: answers at most; None for the setting.
            threshold: least confidence in [0, 1]; None for the setting.
            groups: the caller's access groups, beside the public one.

        Raises:
            InputError: the question or its filter cannot be used.
            ConfigurationError: the index was made with other models or settings.

        Example:
            ``service.trace("How long is the warranty?", until="ranker").ranked[0].content``
        """
        asked = question if isinstance(question, UserQuestion) else UserQuestion(question, groups=groups)
        return self._asking_of(asked, top=top, threshold=threshold).trace(until, candidates)

    def _asking_of(self, question: UserQuestion, **options: Any) -> Asking:
        complete = self._complete(question, None, ())
        return Asking(self._asking_pipeline(), self._open_folder().catalogue, complete, **options)

    def similar(
        self,
        text: str,
        kind: SimilarKind = "passages",
        *,
        top: int = 10,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] = (),
    ) -> tuple[Passage, ...]:
        """Passages or stored questions like a text; see :func:`pipelines.similar.similar`.

        Raises:
            InputError: the filter cannot be used.
        """
        asked = self._complete(UserQuestion(text, filters=filters, groups=groups), None, ())
        embedder: Any = self._asking_pipeline().get_component("embedder")
        store = self._open_folder().store
        return similar(embedder, store, text, kind, top=top, filters=asked.filters, groups=groups)

    def prepare(self) -> None:
        """Load the models and open the index now instead of at the first question."""
        self._asking_pipeline()

    def check(self) -> None:
        """Find out whether a question could be answered now, after :meth:`prepare` where that was not called yet.

        Raises:
            StoreError: the index does not answer.
        """
        self.prepare()
        self._open_folder().store.ping()

    def _asking_pipeline(self) -> Pipeline:
        with self._building:
            store = self._open_folder().store
            if self._asking is None or self._asked is not store:
                load_models(self.settings, self.on_message)
                self._asking = build_asking_pipeline(self.settings, store, synonyms=self.settings.synonyms_in_force())
                self._asking.warm_up()
                self._asked = store
            return self._asking

    def _complete(self, question: UserQuestion, filters: dict[str, Any] | None, groups: Sequence[str]) -> UserQuestion:
        """The question with the filters and groups in force, which are checked."""
        given = question.filters if question.filters is not None else filters
        wanted = None if given is None else checked_filter(given)
        whose = question.groups if question.groups is not None else groups
        if wanted is not None:
            check_fields(wanted, _STANDARD_FIELDS | self._seen_by(whose).fields())
        return replace(question, filters=wanted, groups=whose)

    def _seen_by(self, groups: Sequence[str] | None) -> VisibleSources:
        """What these groups may know of, after the opening of the index has told it of sources of older versions."""
        folder = self._open_folder()
        folder.open_store()
        return folder.catalogue.seen_by(groups)

    # Indexing

    def index(
        self,
        paths: Sequence[str],
        *,
        meta: Mapping[str, Any] | None = None,
        identities: Mapping[str, Identity] | None = None,
        prune: bool = False,
        force: bool = False,
        follow_links: bool = False,
        engine: EngineName = "local",
        workers: int | None = None,
        on_progress: Callable[[IndexProgress], None] | None = None,
    ) -> IndexReport:
        """Bring the index up to date with files, folders and globs; see :meth:`pipelines.indexing.Indexer.index`.

        ``engine`` and ``workers`` say who reads, splits and embeds; see :meth:`pipelines.folder.OpenFolder.engine`.
        """
        self.open(writable=True)
        folder = self._open_folder()
        with (
            folder.changing(None if on_progress is None else lambda: on_progress(WAITING)),
            folder.engine(engine, workers) as maker,
        ):
            return folder.indexer.index(
                paths,
                meta=meta,
                identities=identities,
                prune=prune,
                force=force,
                follow_links=follow_links,
                apart=[self.settings.data],
                engine=maker,
                on_progress=on_progress,
            )

    def plan(self, paths: Sequence[str], *, follow_links: bool = False, **options: Any) -> IndexPlan:
        """What :meth:`index` would do; see :meth:`pipelines.indexing.Indexer.plan` for the options."""
        apart = [self.settings.data]
        if self._folder is None:
            read_as = endings_from(self.settings.index.read_as)
            found = expand(paths, follow_links=follow_links, apart=apart, read_as=read_as)
            return IndexPlan.of(found, (), [str(path) for path in found.files], (), ())
        return self._folder.indexer.plan(paths, follow_links=follow_links, apart=apart, **options)

    def sources(self) -> list[SourceInfo]:
        """All sources, by name."""
        if self._folder is None:
            return []
        self._folder.open_store()
        return self._folder.catalogue.sources()

    def check_sources(self) -> QualityReport:
        """How well all sources were read, and which files were not."""
        if self._folder is None:
            return QualityReport(0, (), ())
        self._folder.open_store()
        if self._folder.catalogue.quality.unchecked():
            with self._folder.changing():
                look_at_older(self._folder.catalogue)
        return quality_report(self._folder.catalogue)

    def findings(self, source_id: str, groups: Sequence[str] | None = None) -> tuple[Finding, ...] | None:
        """What did not read well of one source; None where an older Quaere indexed it and nobody has looked since."""
        return None if self._folder is None else self._seen_by(groups).findings(source_id)

    def list_sources(self, query: SourceQuery, groups: Sequence[str] | None = None) -> SourcePage:
        """A part of the list of sources that a caller of these groups may know of, by name; None for all."""
        return SourcePage(0, ()) if self._folder is None else self._seen_by(groups).page(query)

    def holdings(self, groups: Sequence[str] | None = None) -> Holdings:
        """How much a caller of these groups may see; None for all there is."""
        return Holdings(0, 0, frozenset()) if self._folder is None else self._seen_by(groups).holdings()

    def known_among(self, source_ids: Collection[str], groups: Sequence[str]) -> set[str]:
        """Of the ids of sources those that a caller of these groups may know of."""
        return set() if self._folder is None else self._seen_by(groups).among(source_ids)

    def source(self, name: str, groups: Sequence[str] | None = None) -> SourceDetail:
        """A source by name, path or id, with its passages, and with its whole text where no groups are given.

        Raises:
            InputError: there is none that a caller of these groups may know of, or several have that name.
        """
        return self._detail(self.find(name, groups), groups)

    def passages_of(self, source_id: str, groups: Sequence[str] | None = None) -> tuple[Passage, ...]:
        """The passages of the source with this id, as far as a caller of these groups may see them.

        Raises:
            UnknownSource: there is none that such a caller may know of.
        """
        return self._detail(self.source_of(source_id, groups), groups).passages

    def _detail(self, info: SourceInfo, groups: Sequence[str] | None) -> SourceDetail:
        folder = self._open_folder()
        # Rows can be for others; what a caller may read of a text, :meth:`excerpt` knows.
        text = folder.catalogue.text(info.source_id) if groups is None else None
        passages = tuple(
            Passage.from_document(document)
            for document in folder.store.passages(info.source_id)
            if is_for(document.meta.get("groups"), groups)
        )
        return SourceDetail(info, "" if text is None else text.text, passages)

    def find(self, name: str, groups: Sequence[str] | None = None) -> SourceInfo:
        """The facts of one source; see :meth:`source`."""
        if self._folder is None:
            raise unknown_source(name, ())
        return find_source(self._seen_by(groups), name)

    def source_of(self, source_id: str, groups: Sequence[str] | None = None) -> SourceInfo:
        """The facts of the source with this id, whatever others are called.

        Raises:
            UnknownSource: there is none that a caller of these groups may know of.
        """
        if self._folder is None:
            raise unknown_source(source_id, ())
        return source_of(self._seen_by(groups), source_id)

    def known_sources(self) -> set[str]:
        """The ids of all sources, without those whose deletion was begun; the index itself is not opened."""
        if self._folder is None:
            return set()
        leaving = {entry.source_id for entry in self._folder.catalogue.journal() if entry.phase == "removing"}
        return self._folder.catalogue.source_ids() - leaving

    def is_known(self, source_id: str) -> bool:
        """Whether there is a source with this id."""
        return self._folder is not None and self._folder.catalogue.source(source_id) is not None

    def is_indexed(self, source_id: str, path: str) -> bool:
        """Whether the index holds of a source what lies at a path now, after what was begun is settled."""
        folder = self._open_folder()
        if any(entry.source_id == source_id for entry in folder.catalogue.journal()):
            with folder.changing():
                folder.indexer.recover()
        return is_indexed(folder.catalogue, source_id, path)

    def excerpt(
        self, source_id: str, start: int, end: int, around: int, groups: Sequence[str] | None = None
    ) -> Excerpt:
        """Words of a source, between those around them; see :func:`pipelines.sources.excerpt`."""
        info = self.source_of(source_id, groups)
        return excerpt(self._open_folder().catalogue, info, start, end, around, groups)

    def page_picture(
        self, source_id: str, page: int, start: int, end: int, width: int, groups: Sequence[str] | None = None
    ) -> bytes:
        """A page of a PDF with some words marked; see :func:`pipelines.sources.picture`."""
        info = self.source_of(source_id, groups)
        return picture(self._open_folder().catalogue, info, page, start, end, width)

    def kept_fields(self, source_id: str, groups: Sequence[str] | None = None) -> KeptFields:
        """What is kept of a source's metadata besides its file's; see :class:`pipelines.sources.KeptFields`."""
        info = self.source_of(source_id, groups)
        return kept_fields(self._open_folder().catalogue, info)

    def delete(self, names: Sequence[str], groups: Sequence[str] | None = None) -> int:
        """Delete sources by name, path or id, and return how many; nothing is deleted where one is not found."""
        return self.delete_sources([self.find(name, groups).source_id for name in names])

    def delete_sources(self, source_ids: Sequence[str]) -> int:
        """Delete the sources with these ids, and return how many there were."""
        folder = self._open_folder()
        with folder.changing():
            return folder.indexer.delete(source_ids)

    # Maintenance

    def rebuild(self, on_progress: Callable[[IndexProgress], None] | None = None) -> IndexReport:
        """Split and embed everything again from the catalogue, after a change of model or settings."""
        self._asking = None
        return self.open(writable=True)._open_folder().rebuild(on_progress)

    def backup(self, target: Path) -> None:
        """Write the data folder into one archive; see :func:`pipelines.archives.backup`."""
        refuse_archive(self.settings)
        self._asking = None
        self._open_folder().close_store()
        archives.backup(self.settings.data, target)

    @staticmethod
    def restore(settings: Settings, archive: Path) -> None:
        """Fill a missing or empty data folder; see :func:`pipelines.archives.restore`."""
        refuse_archive(settings)
        archives.restore(archive, settings.data)

    def status(self) -> Status:
        """What the folder holds, and how questions to it are answered."""
        return status_of(self.settings, None if self._folder is None else self._folder.catalogue)

    def pipelines(self) -> dict[str, Pipeline]:
        """The pipelines by name, as they are wired with these settings."""
        folder = self.open(writable=True)._open_folder()
        return {
            "asking": build_asking_pipeline(self.settings, folder.store, synonyms=self.settings.synonyms_in_force()),
            "reading": folder.indexer.pipelines.reading,
            "indexing": folder.indexer.pipelines.indexing,
        }

    def _open_folder(self) -> OpenFolder:
        if self._folder is None:
            raise InputError(
                f"the data folder {self.settings.data} does not exist: nothing is indexed there yet; run "
                "`quaere index PATH`, or name another folder with --data or QUAERE_DATA"
            )
        return self._folder
