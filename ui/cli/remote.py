"""The service of a data folder that another process of this machine holds, through that process.

Has the methods of :class:`pipelines.service.QAService` that commands use, and gives the same results.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from components.converters.formats import expand
from components.errors import StoreError
from components.names import on_disk, printable, shown
from components.stores.catalogue.sources import SourceInfo
from components.types import Reply
from pipelines.engines import EngineName
from pipelines.indexing import Identity, IndexProgress, IndexReport
from pipelines.replies import UserQuestion
from pipelines.sources import SourceDetail
from pipelines.status import Status
from ui.api.routers.local_rpc import IDENTITIES, KINDS, PREFIX, PROGRESS, QUESTIONS, RESULTS


class RemoteService:
    """Talks to the process that serves the folder.

    Args:
        url: where it answers.
        token: from the folder's lock file.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, question: str, **options: Any) -> Reply:
        """See :meth:`QAService.ask`."""
        return self.ask_batch([question], **options)[0]

    def ask_batch(self, questions: Sequence[str | UserQuestion], **options: Any) -> list[Reply]:
        """See :meth:`QAService.ask_batch`."""
        asked = [each if isinstance(each, UserQuestion) else UserQuestion(each) for each in questions]
        groups = list(options.pop("groups", ()))
        replies: list[Reply] = self._call(
            "ask_batch", questions=QUESTIONS.dump_python(asked, mode="json"), groups=groups, **options
        )
        return replies

    def prepare(self) -> None:
        """See :meth:`QAService.prepare`."""
        self._call("prepare")

    def index(
        self,
        paths: Sequence[str],
        *,
        meta: Mapping[str, Any] | None = None,
        identities: Mapping[str, Identity] | None = None,
        prune: bool = False,
        follow_links: bool = False,
        engine: EngineName = "local",
        workers: int | None = None,
        on_progress: Callable[[IndexProgress], None] | None = None,
    ) -> IndexReport:
        """See :meth:`QAService.index`; the paths are this process's, the names of sources those given here."""
        # A pattern that matches nothing, or a path that is none, is refused by the words of this process.
        found = expand(
            [path for path in paths if not (prune and not os.path.lexists(on_disk(path)))], follow_links=follow_links
        )
        known_by = _identities(found.files) | dict(identities or {})
        given = {shown(_absolute(path)): shown(str(path)) for path in found.files}
        report: IndexReport = self._call(
            "index",
            on_progress,
            paths=[printable(_absolute(on_disk(path))) for path in paths],
            identities=IDENTITIES.dump_python(known_by, mode="json"),
            meta=None if meta is None else dict(meta),
            prune=prune,
            follow_links=follow_links,
            engine=engine,
            workers=workers,
        )
        failures = tuple(replace(each, path=given.get(each.path, each.path)) for each in report.failures)
        return replace(report, failures=failures)

    def sources(self) -> list[SourceInfo]:
        """See :meth:`QAService.sources`."""
        sources: list[SourceInfo] = self._call("sources")
        return sources

    def source(self, name: str) -> SourceDetail:
        """See :meth:`QAService.source`."""
        detail: SourceDetail = self._call("source", name=name)
        return detail

    def delete(self, names: Sequence[str]) -> int:
        """See :meth:`QAService.delete`."""
        deleted: int = self._call("delete", names=list(names))
        return deleted

    def status(self) -> Status:
        """See :meth:`QAService.status`."""
        status: Status = self._call("status")
        return status

    def _call(self, method: str, on_progress: Callable[[IndexProgress], None] | None = None, **options: Any) -> Any:
        try:
            with (
                httpx.Client(base_url=self.url, headers=self._headers, timeout=None, trust_env=False) as client,
                client.stream("POST", f"{PREFIX}/{method}", json=options) as response,
            ):
                if response.is_error:
                    raise StoreError(
                        f"{self.url}: answered {response.status_code} to a command; restart `quaere serve`"
                    )
                for line in response.iter_lines():
                    told = json.loads(line)
                    if "progress" in told and on_progress is not None:
                        on_progress(PROGRESS.validate_python(told["progress"]))
                    elif "error" in told:
                        raise KINDS[told["error"]["kind"]](told["error"]["message"])
                    elif "result" in told:
                        return RESULTS[method].validate_python(told["result"])
        except httpx.HTTPError as error:
            raise StoreError(f"{self.url}: the process that serves this data folder has ended ({error})") from error
        raise StoreError(f"{self.url}: the process that serves this data folder ended in the midst; try again")


def _identities(files: Sequence[Path]) -> dict[str, Identity]:
    """Files by what their sources are known by: the id is that of the place, the name as it was given here."""
    known = [(path, Identity.of(Path(_absolute(path)))) for path in files]
    return {printable(_absolute(path)): replace(identity, source=printable(path)) for path, identity in known}


def _absolute(path: Path | str) -> str:
    return os.path.abspath(os.path.expanduser(path))
