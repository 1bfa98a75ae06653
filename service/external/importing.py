"""Exports of help desks into documents: each ticket a question with its reply, each article a document of its own."""

import hashlib
import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from markupsafe import Markup

from components.converters.metadata import is_web_address
from components.errors import InputError, LoadingError
from components.helpdesks import chatwoot, freshdesk, intercom, zendesk
from components.helpdesks.conversations import DeskArticle, DeskConversation, DeskRecord, question_and_reply
from components.helpdesks.records import MissingFields, Record, records
from components.templates import html_environment
from service.external.documents import ExternalDocuments
from service.external.items import ExternalItem, ItemLog, ItemState

HelpDesk = Literal["zendesk", "freshdesk", "intercom", "chatwoot"]

DESKS: dict[HelpDesk, ModuleType] = {
    "zendesk": zendesk, "freshdesk": freshdesk, "intercom": intercom, "chatwoot": chatwoot,
}  # fmt: skip

_MOST_RECORDS = 1_000_000
_TEMPLATES = html_environment("service.external", str)
_LONGEST_TITLE = 300
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class DeskDocument:
    """What of a record is kept."""

    suffix: str
    content: bytes
    fields: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        """Of content and metadata: with either, the document changes."""
        told = json.dumps([self.suffix, dict(self.fields)], sort_keys=True).encode()
        return hashlib.sha256(told + b"\0" + self.content).hexdigest()


class DeskImport:
    """One import of files of a help desk.

    Args:
        desk: which one.
        documents: where its records are kept.
        log: the items of these documents, open.
        keep_personal_data: whether e-mail addresses and phone numbers stay in questions and replies.
        tell: is told after each record how many are done, how many are known, and which one it was.
    """

    def __init__(
        self,
        desk: HelpDesk,
        documents: ExternalDocuments,
        log: ItemLog,
        *,
        keep_personal_data: bool = False,
        tell: Callable[[int, int, str], None] = lambda done, known, key: None,
    ) -> None:
        self.desk = desk
        self.documents = documents
        self.log = log
        self.keep_personal_data = keep_personal_data
        self._tell = tell

    def run(self, files: Sequence[Path], meta: Mapping[str, Any] | None = None) -> bool:
        """Read the files; tells whether an earlier import was interrupted.

        Args:
            files: of the export.
            meta: fields for every document; without any, those of the last run.

        Raises:
            StoreError: the data folder cannot be written.
        """
        resumed = self.log.begin(meta)
        for file in files:
            try:
                with closing(self._records(file)) as found:
                    for number, record in found:
                        item = self.log.set(self._take(file, number, record))
                        self._tell(self.log.done, self.log.known, item.key)
            except LoadingError as error:
                self.log.set(ExternalItem(f"file {file.name}", "failed", error.reason))
        self.log.end()
        return resumed

    def _records(self, file: Path) -> Generator[tuple[int, Record]]:
        """The records of a file by number; those of Freshdesk's folders one by one."""
        parts = getattr(DESKS[self.desk], "parts", lambda record: iter([record]))
        number = 0
        for whole in records(file):
            for record in parts(whole):
                number += 1
                if number > _MOST_RECORDS:
                    raise LoadingError(file, f"holds more than {_MOST_RECORDS:,} records; split it")
                yield number, record

    def _take(self, file: Path, number: int, record: Record) -> ExternalItem:
        place = f"{file.name} record {number}"
        try:
            found: DeskRecord | None = DESKS[self.desk].parse(record)
            if found is None:
                return ExternalItem(place, "skipped", "is neither a ticket nor an article")
            if not found.number:
                return ExternalItem(place, "failed", "has no number")
            kind = "article" if isinstance(found, DeskArticle) else "ticket"
            return self._keep(f"{self.documents.name} {kind} {found.number}", found)
        except MissingFields as error:
            return ExternalItem(place, "failed", str(error))
        except (InputError, RecursionError, ValueError, TypeError, KeyError, AttributeError) as error:
            return ExternalItem(place, "failed", f"cannot be read ({type(error).__name__}: {str(error)[:200]})")

    def _keep(self, key: str, found: DeskRecord) -> ExternalItem:
        document = self._article(found) if isinstance(found, DeskArticle) else self._entry(found)
        if isinstance(document, str):
            return ExternalItem(key, "skipped", document)
        known = self.log.get(key)
        item = ExternalItem(key, "new", sha256=document.sha256, suffix=document.suffix)
        is_same = known is not None and known.sha256 == item.sha256 and self.documents.path(item).is_file()
        if not is_same:
            self.documents.keep(item, document.content, document.fields)
        state: ItemState = "unchanged" if is_same else "new"
        return ExternalItem(key, state, sha256=item.sha256, suffix=item.suffix)

    def _entry(self, found: DeskConversation) -> DeskDocument | str:
        entry = question_and_reply(found, keep_personal_data=self.keep_personal_data)
        if isinstance(entry, str):
            return entry
        content = {"question": entry.question, "answer": entry.reply}
        return DeskDocument(".json", json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"), _fields(found))

    def _article(self, found: DeskArticle) -> DeskDocument | str:
        if found.obstacle:
            return found.obstacle
        if not found.body.strip():
            return "holds no text"
        fields = {"title": " ".join(found.title.split())[:_LONGEST_TITLE]} if found.title.strip() else {}
        if found.markup == "markdown":
            text = f"# {fields['title']}\n\n{found.body}" if fields else found.body
            return DeskDocument(".md", text.encode("utf-8", "replace"), fields | _fields(found))
        # What help desks export is HTML; the reader of web pages leaves out all that acts.
        text = _TEMPLATES.get_template("article.html").render(title=fields.get("title"), body=Markup(found.body))
        code = found.language.replace("_", "-").lower()
        language = {"language": code} if _LANGUAGE.fullmatch(code) else {}
        return DeskDocument(".html", text.encode("utf-8", "replace"), fields | language | _fields(found))


def _fields(found: DeskRecord) -> dict[str, Any]:
    """The metadata of a record, without what is empty."""
    fields = {"url": found.url if is_web_address(found.url) else "", "updated_at": found.updated_at}
    return {name: value for name, value in fields.items() if value} | ({"tags": list(found.tags)} if found.tags else {})
