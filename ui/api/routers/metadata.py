"""Metadata of sources over HTTP: looked at, and changed by a job that indexes the source again."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from components.converters.metadata import check_size, validate
from components.errors import InputError
from components.stores.catalogue.sources import SourceInfo
from components.types import PUBLIC_GROUP
from pipelines.service import QAService
from pipelines.sources import unknown_source
from service.jobs import Job, Jobs
from service.uploads import Upload, Uploads, changed, checked_fields, sealed
from ui.api.guarded import Guarded
from ui.api.middleware.access import Reader, Writer
from ui.api.principal import Principal
from ui.api.problems import USUAL, responses
from ui.api.routers.jobs import JobView
from ui.api.schemas.replies import Part
from ui.api.schemas.requests import Body


class Metadata(Part):
    """What was said of a source."""

    meta: dict[str, Any] = Field(
        description="Its fields; of its groups, those that you are in.",
        examples=[{"tags": ["pumps"], "groups": ["public"]}],
    )
    uploaded: bool = Field(description="Whether it was sent; false for a file of the server's own.")
    overrides: list[str] = Field(
        description="Of a file of the server's own: the fields that were set here, which hold above the file's."
    )


class Changes(Body):
    """What to say of a source from now on."""

    meta: dict[str, Any] = Field(
        default_factory=dict,
        description="Fields to set, null to take one away; others stay. With other groups an upload is another source. "
        "Of a file of the server's own, null lets hold again what the file, its folders or commands say.",
        examples=[{"tags": ["pumps", "2026"], "url": None}],
    )


def metadata_router(service: QAService, uploads: Uploads, jobs: Jobs) -> APIRouter:
    """The endpoints of metadata.

    Args:
        service: open.
        uploads: where what is sent is kept.
        jobs: index it again.
    """
    router = APIRouter(prefix="/api/v1/sources", tags=["sources"], responses=responses(*USUAL), route_class=Guarded)

    @router.get("/{source_id}/meta", summary="Look at the metadata of a source")
    def described(source_id: str, caller: Reader) -> Metadata:
        """The fields that were sent with it, or set later; of a file of the server's own, those that are listed."""
        return _described(service.source_of(source_id, caller.groups), caller, service, uploads)

    @router.patch("/{source_id}", status_code=202, summary="Change the metadata of a source")
    def change(source_id: str, body: Changes, caller: Writer) -> JobView:
        """Set fields and index it again; the job tells how far it is, and until it is done all is as it was."""
        info = service.source_of(source_id, caller.groups)
        return JobView.of(_change(info, body.meta, caller, service, uploads, jobs))

    return router


def own_groups(groups: Iterable[str], caller: Principal) -> list[str]:
    """Of some groups those that the caller may know of."""
    return [name for name in groups if name in (*caller.groups, PUBLIC_GROUP)]


def _described(info: SourceInfo, caller: Principal, service: QAService, uploads: Uploads) -> Metadata:
    """What was said of a source, as far as the caller may know it."""
    fields = uploads.fields(info.source_id)
    if fields is not None:
        return Metadata(meta={**fields, "groups": own_groups(fields["groups"], caller)}, uploaded=True, overrides=[])
    override = service.kept_fields(info.source_id, caller.groups).override
    listed = {"tags": list(info.tags), "url": info.url, "groups": list(info.groups)}
    meta = {name: value for name, value in {**listed, **override}.items() if value not in (None, [])}
    return Metadata(
        meta={**meta, "groups": own_groups(meta["groups"], caller)}, uploaded=False, overrides=sorted(override)
    )


def _change(
    info: SourceInfo, changes: dict[str, Any], caller: Principal, service: QAService, uploads: Uploads, jobs: Jobs
) -> Job:
    """Begin the job that sets fields of a source and indexes it again; until it has, all is as it was."""
    before = uploads.fields(info.source_id)
    if before is None:
        return _override(info, changes, caller, service, uploads, jobs)
    merged = changed(before, changes)
    # Groups that are not touched may be others' too.
    fields = checked_fields(merged, caller.groups) if "groups" in changes else validate(merged, "meta")
    place = uploads.place(info.source, fields["groups"])
    if place.source_id != info.source_id:
        return _move(info, replace(place, replaces=info.source_id), fields, caller, uploads, jobs)
    given = {name: fields.get(name) for name in changes}
    return jobs.take([replace(place, changes=json.dumps(given))], caller.key_id, lambda _: None)


def _override(
    info: SourceInfo, changes: dict[str, Any], caller: Principal, service: QAService, uploads: Uploads, jobs: Jobs
) -> Job:
    """For a file of the server's own: what is set here holds above what the file, its folders and commands say."""
    given = {name: value for name, value in changes.items() if value is not None}
    fields = checked_fields(given, caller.groups) if "groups" in given else validate(given, "meta")
    kept = service.kept_fields(info.source_id, caller.groups)
    kept.to_index_again()
    check_size(changed(kept.override, {**changes, **fields}), "meta")
    own = Upload(info.source, info.source_id, info.path, changes=json.dumps({**changes, **fields}))
    if not uploads.holds(own):
        raise InputError(f"{info.source}: its file is not there any more; put it back, or delete the document")
    return jobs.take([own], caller.key_id, lambda _: None)


def _move(
    info: SourceInfo, place: Upload, fields: dict[str, Any], caller: Principal, uploads: Uploads, jobs: Jobs
) -> Job:
    """Copy an upload to the place that it has in other groups, for a job that puts one in the place of the other."""
    file = uploads.path_of(info.source_id)
    if file is None:
        raise unknown_source(info.source, ())
    with uploads.placing:
        if uploads.path_of(place.source_id) is not None or place.source_id in jobs.awaited():
            raise InputError(f"{info.source}: these groups have a document of this name already; delete one of them")
        with file.open("rb") as content:
            copy = uploads.receive(content, file.stat().st_size)
        try:
            shutil.copystat(file, copy.path)  # it was sent when it was sent
            upload = sealed(place, copy, fields)
            return jobs.take([upload], caller.key_id, lambda files: files.stage(copy, upload, fields))
        finally:
            copy.path.unlink(missing_ok=True)
