"""Sources over HTTP: upload files, send texts, list, look at a place or a page, delete."""

import asyncio
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import Field
from starlette.responses import Response

from components.errors import InputError
from components.stores.catalogue.sources import SourceInfo
from components.stores.catalogue.visible import SourceQuery
from components.types import PUBLIC_GROUP, End, Finding, FindingKind, Heading, Name, Page, Start, Title
from pipelines.service import QAService
from service.job_files import JobFiles
from service.jobs import Job, Jobs
from service.uploads import Received, Uploads, checked_fields, checked_name, sealed
from ui.api.bodies import body_of
from ui.api.guarded import Guarded
from ui.api.middleware.access import Reader, Writer
from ui.api.principal import Principal
from ui.api.problems import USUAL, responses
from ui.api.routers.jobs import JobView
from ui.api.routers.metadata import own_groups
from ui.api.schemas.replies import Part
from ui.api.schemas.requests import Body
from ui.findings import finding_text, finding_texts
from ui.wording import ENGLISH

MOST_DOCUMENTS = 100
"""Of one request."""

_MOST_AROUND = 20_000
_MOST_BYTES_OF_TEXTS = 50_000_000
"""Of one request: while its JSON is parsed, a third of a second, nothing else runs. Files are not parsed here."""

_MOST_PARTS = 200_000
"""Values and names in a request of texts: a hundred with a thousand each, and some."""

_META = (
    'Metadata for all: title, url, groups, tags, language, valid_from and so on, such as {"tags": ["pumps"]}. Without '
    "groups, the sender's own may read it, or everyone where the sender has none."
)


Tag = Annotated[str, Field(min_length=1)]


class FindingView(Part):
    """Something that did not read well."""

    kind: FindingKind
    measure: float = Field(ge=0, description="How much: a share in [0, 1], or a number of pages or characters.")
    fault: bool = Field(description="Whether answers are likely to be missing; otherwise it is a remark.")
    text: str = Field(description="The same in words.")
    advice: str = Field(description="What to do about it.")


class SourceView(Part):
    """An indexed source."""

    source_id: str = Field(description="Stays the same when the source is replaced.")
    source: Name
    title: Title
    format: str = Field(description='"pdf", "docx", "text" and so on.')
    language: str = Field(description="ISO 639-1 code of most of it.")
    groups: list[str] = Field(description="Of those that may read it, the ones that you are in.")
    passages: int = Field(ge=0, description="Passages in the index.")
    bytes: int = Field(ge=0, description="Size of the file.")
    version: str = Field(description="Changes with the content, the metadata and the way of splitting.")
    indexed_at: str = Field(description="UTC, ISO 8601.")
    updated_at: str | None = Field(description="The document's own date, UTC, ISO 8601, or null.")
    uploaded_at: str | None = Field(description="When its file was sent, UTC, ISO 8601; null where none was.")
    tags: list[str] = Field(description="As the document or whoever added it says.")
    url: str | None = Field(description="Where readers find it, or null.")
    pages: int | None = Field(ge=1, description="Of a PDF; null where the format has none, or they are not counted.")
    findings: list[FindingView] | None = Field(
        description="What did not read well, the worst first; null where an older Quaere indexed it and "
        "`quaere sources check` has not run since."
    )


class SourceList(Part):
    """A part of the list of sources."""

    total: int = Field(ge=0, description="How many there are in all.")
    sources: list[SourceView] = Field(description="By name.")


class ExcerptView(Part):
    """Some words of a source, between those around them."""

    source: Name
    heading: Heading
    page: Page
    before: str = Field(description="What stands before, as far as was asked for.")
    text: str = Field(description="Exactly the source's text from start to end.")
    after: str = Field(description="What stands after.")
    start: Start
    end: End


class Document(Body):
    """A text to index."""

    name: str = Field(
        min_length=1,
        description="What it is called; an ending such as .md or .html says its format, without one it is plain text.",
        examples=["returns.md"],
    )
    text: str = Field(min_length=1, description="The whole text.", examples=["Goods can be returned within 14 days."])
    url: str | None = Field(default=None, description="Where readers find it; nothing is fetched from there.")
    meta: dict[str, Any] = Field(default_factory=dict, description=_META)


class Documents(Body):
    """Texts to index."""

    documents: list[Document] = Field(min_length=1, max_length=MOST_DOCUMENTS)


class Deleted(Part):
    """What was deleted."""

    deleted: int = Field(ge=0, description="Sources.")


@dataclass(frozen=True, slots=True)
class _SentDocument:
    """An upload that has been looked at and not yet read."""

    name: str
    file: IO[bytes]
    fields: dict[str, Any]


def sources_router(service: QAService, uploads: Uploads, jobs: Jobs) -> APIRouter:
    """The endpoints that show and change what is indexed.

    Args:
        service: open.
        uploads: where what is sent is kept.
        jobs: bring it into the index.
    """
    router = APIRouter(
        prefix="/api/v1/sources",
        tags=["sources"],
        responses=responses(*USUAL),
        route_class=Guarded,
    )
    most = int(service.settings.index.max_file_mb * 1_000_000)
    in_all = int(service.settings.service.max_upload_mb * 1_000_000)

    def take(documents: Sequence[_SentDocument], caller: Principal) -> JobView:
        return JobView.of(_take(documents, caller, uploads, jobs, most))

    @router.post("/files", status_code=202, summary="Upload files")
    @body_of(in_all)
    async def upload(
        caller: Writer,
        files: Annotated[list[UploadFile], File(description="Their names say their formats.")],
        meta: Annotated[str, Form(description=f"A JSON object. {_META}")] = "{}",
    ) -> JobView:
        """Keep files and index them; the job tells how far it is. A name that was sent before is replaced."""

        def look_and_take() -> JobView:
            fields = checked_fields(_object(meta), caller.groups)
            names = [checked_name(file.filename or "", needs_ending=True) for file in files]
            return take(
                [_SentDocument(name, file.file, fields) for name, file in zip(names, files, strict=True)], caller
            )

        return await asyncio.to_thread(look_and_take)

    @router.post("/documents", status_code=202, summary="Send texts")
    @body_of(min(in_all, _MOST_BYTES_OF_TEXTS), _MOST_PARTS)
    def send(body: Documents, caller: Writer) -> JobView:
        """Keep texts and index them; the job tells how far it is. A name that was sent before is replaced."""
        return take([_of_text(document, caller) for document in body.documents], caller)

    @router.get("", summary="List sources")
    def listed(
        caller: Reader,
        tag: Annotated[
            list[Tag],
            Query(default_factory=list, max_length=20, description="A tag that they have; repeated, each of these."),
        ],
        name: Annotated[str | None, Query(max_length=200, description="The whole name; it may be several's.")] = None,
        contains: Annotated[str, Query(max_length=200, description="Part of the name or title.")] = "",
        flawed: Annotated[bool, Query(description="Only sources in which something did not read well.")] = False,
        limit: Annotated[int, Query(ge=1, le=1000, description="Sources at most.")] = 100,
        offset: Annotated[int, Query(ge=0, le=10_000_000, description="How many to pass over.")] = 0,
    ) -> SourceList:
        """What you may read of what is indexed."""
        query = SourceQuery(name, contains, tuple(tag), flawed, limit, offset)
        found = service.list_sources(query, caller.groups)
        views = [_view(info, found.findings.get(info.source_id), caller) for info in found.sources]
        return SourceList(total=found.total, sources=views)

    @router.get("/{source_id}", summary="Look at a source")
    def shown(source_id: str, caller: Reader) -> SourceView:
        """Its facts."""
        info = service.source_of(source_id, caller.groups)
        return _view(info, service.findings(source_id, caller.groups), caller)

    @router.get("/{source_id}/text", summary="Read a place of a source")
    def text(
        source_id: str,
        caller: Reader,
        start: Annotated[int, Query(ge=0, description="Where the wanted words start, in code points.")] = 0,
        end: Annotated[int | None, Query(ge=0, description="Where they end, exclusive; by default at start.")] = None,
        around: Annotated[int, Query(ge=0, le=_MOST_AROUND, description="Characters before and after.")] = 1000,
    ) -> ExcerptView:
        """The words of an answer or a passage with what stands around them."""
        found = service.excerpt(source_id, start, start if end is None else end, around, caller.groups)
        values = {name: getattr(found, name) for name in ExcerptView.model_fields if name != "source"}
        return ExcerptView(source=found.info.source, **values)

    @router.get(
        "/{source_id}/pages/{page}",
        response_class=Response,
        responses={200: {"content": {"image/png": {}}, "description": "The page."}},
        summary="See a page of a PDF",
    )
    def picture(
        source_id: str,
        page: int,
        caller: Reader,
        start: Annotated[int, Query(ge=0, description="Where the words to mark start, in code points.")] = 0,
        end: Annotated[int, Query(ge=0, description="Where they end, exclusive.")] = 0,
        width: Annotated[int, Query(ge=100, le=2000, description="Of the picture, in pixels.")] = 1000,
    ) -> Response:
        """The page as a picture, with the words from start to end marked."""
        drawn = service.page_picture(source_id, page, start, end, width, caller.groups)
        return Response(drawn, media_type="image/png", headers={"Cache-Control": "private, no-cache"})

    @router.delete("/{source_id}", summary="Delete a source")
    def delete(source_id: str, caller: Writer) -> Deleted:
        """Take it out of the index; an upload's file is deleted, a file of the server's stays."""
        info = service.source_of(source_id, caller.groups)
        uploads.begin_removal([info.source_id])
        deleted = service.delete_sources([info.source_id])
        uploads.remove([info.source_id])
        return Deleted(deleted=deleted)

    return router


def _take(documents: Sequence[_SentDocument], caller: Principal, uploads: Uploads, jobs: Jobs, most: int) -> Job:
    """Keep what was sent, all or nothing, and begin its job."""
    names = [each.name for each in documents]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{', '.join(twice)}: sent twice in one request; send each name once")
    allowed = [*caller.groups, PUBLIC_GROUP]
    jobs.refuse_too_many(caller.key_id, len(documents))
    with _received(documents, uploads, most) as files:
        places = [
            replace(sealed(uploads.place(each.name, each.fields["groups"]), file, each.fields), sender_groups=allowed)
            for file, each in zip(files, documents, strict=True)
        ]

        def keep(waiting: JobFiles) -> None:
            for file, place, each in zip(files, places, documents, strict=True):
                waiting.stage(file, place, each.fields)

        return jobs.take(places, caller.key_id, keep)


@contextmanager
def _received(documents: Sequence[_SentDocument], uploads: Uploads, most: int) -> Iterator[list[Received]]:
    """The files on disk; those that are still there at the end are deleted."""
    files: list[Received] = []
    try:
        for each in documents:
            try:
                files.append(uploads.receive(each.file, most))
            except InputError as error:
                raise InputError(f"{each.name}: {error}") from error
        yield files
    finally:
        for file in files:
            file.path.unlink(missing_ok=True)


def _view(info: SourceInfo, findings: Sequence[Finding] | None, caller: Principal) -> SourceView:
    own = ("groups", "tags", "findings")
    values = {name: getattr(info, name) for name in SourceView.model_fields if name not in own}
    seen = None if findings is None else [_finding_view(finding) for finding in findings]
    return SourceView(**values, groups=own_groups(info.groups, caller), tags=list(info.tags), findings=seen)


def _finding_view(finding: Finding) -> FindingView:
    return FindingView(
        kind=finding.kind,
        measure=finding.measure,
        fault=finding.is_fault,
        text=finding_text(ENGLISH, finding),
        advice=finding_texts(ENGLISH)[finding.kind][1],
    )


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"meta: is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise InputError('meta: is not an object such as {"tags": ["pumps"]}')
    return value


def _of_text(document: Document, caller: Principal) -> _SentDocument:
    meta = document.meta if document.url is None else {**document.meta, "url": document.url}
    try:
        content = io.BytesIO(document.text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise InputError(f"{document.name[:80]!r}: the text holds half a character ({error.reason})") from error
    return _SentDocument(checked_name(document.name, needs_ending=False), content, checked_fields(meta, caller.groups))
