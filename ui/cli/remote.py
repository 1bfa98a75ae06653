"""The service of a data folder that another process of this machine holds, through that process.

Has the methods of :class:`pipelines.service.QAService` that commands use, and gives the same results.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from components.converters.formats import expand
from components.errors import StoreError
from components.names import on_disk, printable, shown
from components.stores.catalogue.sources import SourceInfo
from components.types import Reply
from pipelines.engines import EngineName
from pipelines.indexing import FileFailure, Identity, IndexPlan, IndexProgress, IndexReport
from pipelines.quality import QualityReport
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
        identities: Mapping[str, Identity] | None = None,
        engine: EngineName = "local",
        workers: int | None = None,
        on_progress: Callable[[IndexProgress], None] | None = None,
        **options: Any,
    ) -> IndexReport:
        """See :meth:`QAService.index`; the paths are this process's, the names of sources those given here."""
        given = _GivenFiles.of(paths, identities, **options)
        report: IndexReport = self._call(
            "index", on_progress, engine=engine, workers=workers, **given.arguments(paths), **options
        )
        return replace(report, failures=given.named(report.failures))

    def plan(self, paths: Sequence[str], **options: Any) -> IndexPlan:
        """See :meth:`QAService.plan`; paths and names as in :meth:`index`."""
        given = _GivenFiles.of(paths, **options)
        plan: IndexPlan = self._call("plan", **given.arguments(paths), **options)
        added, changed = (tuple(given.name(path) for path in each) for each in (plan.added, plan.changed))
        return replace(plan, added=added, changed=changed, skipped=given.named(plan.skipped))

    def check_sources(self) -> QualityReport:
        """See :meth:`QAService.check_sources`."""
        report: QualityReport = self._call("check_sources")
        return report

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


@dataclass(frozen=True, slots=True)
class _GivenFiles:
    """The files that paths of this process stand for."""

    files: tuple[Path, ...]
    names: Mapping[str, str]
    """By absolute path, as they were given."""
    identities: Mapping[str, Identity]
    """What the sources of some are known by, instead of their place."""

    @classmethod
    def of(
        cls,
        paths: Sequence[str],
        identities: Mapping[str, Identity] | None = None,
        *,
        prune: bool = False,
        follow_links: bool = False,
        **_: Any,
    ) -> "_GivenFiles":
        """A pattern that matches nothing, or a path that is none, is refused by the words of this process."""
        there = [path for path in paths if not (prune and not os.path.lexists(on_disk(path)))]
        files = expand(there, follow_links=follow_links).files
        return cls(files, {shown(_absolute(path)): shown(str(path)) for path in files}, dict(identities or {}))

    def arguments(self, paths: Sequence[str]) -> dict[str, Any]:
        """What the other process has to know of them."""
        known = [(path, Identity.of(Path(_absolute(path)))) for path in self.files]
        identities = {printable(_absolute(path)): replace(each, source=printable(path)) for path, each in known}
        return {
            "paths": [printable(_absolute(on_disk(path))) for path in paths],
            "identities": IDENTITIES.dump_python(identities | dict(self.identities), mode="json"),
        }

    def name(self, path: str) -> str:
        """A path as it was given here."""
        return self.names.get(path, path)

    def named(self, failures: Sequence[FileFailure]) -> tuple[FileFailure, ...]:
        """The same of files that were left out."""
        return tuple(replace(each, path=self.name(each.path)) for each in failures)


def _absolute(path: Path | str) -> str:
    return os.path.abspath(os.path.expanduser(path))
