"""Is the data folder what was written? Compares the catalogue, the index and their checksums, and changes nothing.

Knows neither models nor files outside of the data folder, and nothing of what the service keeps beside the index.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from components.errors import StoreError
from components.stores.catalogue.database import catalogue_seal
from components.stores.catalogue.records import Checksums
from components.stores.catalogue.sources import CATALOGUE_FILE, Catalogue, DamagedText, SourceInfo, SourceText
from components.stores.catalogue.tally import PassageTally
from components.stores.checksums import facts_checksum, passages_checksum
from components.stores.engine.edge import index_seal
from components.stores.engine.edge_survey import survey_edge
from components.stores.folder_lock import FolderInUse
from components.stores.survey import Surveyed
from pipelines.folder import INDEX_FOLDER, OpenFolder
from pipelines.settings import Settings

REBUILD = "run `quaere rebuild`"
RESTORE = "restore a backup with `quaere restore FILE`, or index the documents again in a new data folder"

RESTORE_OR_REBUILD = (
    "restore a backup with `quaere restore FILE`; `quaere rebuild` drops what the catalogue does not list"
)

_Key = tuple[str, str]
"""Source id and version."""

_TOLD = 10
"""Findings of one kind that are told one by one."""


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """Something that is not as it was written."""

    place: str
    """The file, or the source."""
    problem: str
    mend: str
    """What to do about it."""

    def __str__(self) -> str:
        return f"{self.place} {self.problem}; {self.mend}."


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found."""

    data: str
    sources: int
    passages: int
    findings: tuple[CheckFinding, ...]
    notes: tuple[str, ...]
    """What could not be compared, and why."""
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged."""
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"sound": self.sound} | asdict(self)


@dataclass(slots=True)
class Check:
    """A check under way; others add to it what they find.

    Args:
        settings: which data folder, and where its index is.
    """

    settings: Settings
    findings: list[CheckFinding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sources: int = 0
    passages: int = 0
    _started: float = field(default_factory=time.monotonic)

    def add(self, place: str | Path, problem: str, mend: str) -> None:
        """Note something that is damaged."""
        self.findings.append(CheckFinding(str(place), problem, mend))

    def add_all(self, places: Iterable[str | Path], problem: str, mend: str) -> None:
        """The same for many places, of which the first are named and the others counted."""
        names = [str(place) for place in places]
        for place in names[:_TOLD]:
            self.add(place, problem, mend)
        if len(names) > _TOLD:
            self.add(f"{len(names) - _TOLD:,} more", problem, mend)

    def report(self) -> CheckReport:
        """What came of it."""
        seconds = time.monotonic() - self._started
        return CheckReport(
            data=str(self.settings.data),
            sources=self.sources,
            passages=self.passages,
            findings=tuple(self.findings),
            notes=tuple(self.notes),
            seconds=seconds,
        )


def check_index(check: Check, also: Callable[[OpenFolder], None]) -> None:
    """Compare catalogue and index, and call ``also`` while the data folder is held.

    Args:
        check: takes what is found.
        also: looks at what else is in the folder; not called where the catalogue cannot be opened.

    Raises:
        FolderInUse: another process holds the folder.
        ConfigurationError: the index was made with other settings.
    """
    settings = check.settings
    # Before it is opened, which may write what is missing in it.
    damaged = _damaged_catalogue(settings.data / CATALOGUE_FILE)
    try:
        folder = OpenFolder(settings, "quaere check")
    except FolderInUse:
        raise
    except StoreError as error:
        check.add(settings.data, f"cannot be opened ({error})", RESTORE)
        check_files(check, settings.data / INDEX_FOLDER)
        return
    try:
        if damaged:
            check.add(settings.data / CATALOGUE_FILE, damaged, RESTORE)
        with folder.changing():
            try:
                _check_both(check, folder)
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                # What a row holds is not of the kind that was written: it is compared by code that relies on it.
                check.add(folder.catalogue.location, f"holds what nobody wrote ({error})", RESTORE)
                return
            also(folder)
    finally:
        folder.close()


def _check_both(check: Check, folder: OpenFolder) -> None:
    catalogue = folder.catalogue
    try:
        folder.finish_swap()
        known = {info.source_id: info for info in catalogue.sources()}
        checksums = catalogue.checksums()
        changing = {entry.source_id for entry in catalogue.journal()}
    except StoreError as error:
        check.add(catalogue.location, f"cannot be read ({error})", RESTORE)
        known, checksums, changing = {}, {}, set()
    check.sources = len(known)
    _note(check, known, checksums, changing)
    _check_catalogue(check, catalogue)
    points = _points(check, folder)
    if points is not None and not changing:
        _check_languages(check, catalogue, [each for found in points.values() for each in found])
        _check_listing(check, catalogue, known, points)
    if points is None:
        points, known = {}, {source_id: replace(info, passages=-1) for source_id, info in known.items()}
    for source_id, info in known.items():
        mine = points.pop((source_id, info.version), [])
        if source_id not in changing:
            _check_source(check, catalogue, info, checksums.get((source_id, info.version)), mine)
    strange = sum(len(found) for (source_id, _), found in points.items() if source_id not in changing)
    if strange:
        check.add(f"{strange:,} passages of the index", "belong to no source in the catalogue", RESTORE_OR_REBUILD)


def _check_languages(check: Check, catalogue: Catalogue, points: Iterable[Surveyed]) -> None:
    """Every question is analysed by the languages that the catalogue lists: one that is missing finds nothing."""
    try:
        listed = set(catalogue.languages())
    except StoreError:
        return  # noted already
    if listed != {each.language for each in points if not each.staged}:
        check.add(catalogue.location, "lists other languages than the passages of the index have", REBUILD)


def _check_listing(
    check: Check, catalogue: Catalogue, known: Mapping[str, SourceInfo], points: Mapping[_Key, Sequence[Surveyed]]
) -> None:
    """Who may see a source, and under which names, is looked up in tables beside those that say it."""
    tallies = {source_id: PassageTally() for source_id in known}
    for source_id, info in known.items():
        for each in points.get((source_id, info.version), ()):
            tallies[source_id].count(each.language, each.groups, each.fields)
    try:
        wrong = catalogue.misfiled({source_id: tally.by_groups() for source_id, tally in tallies.items()})
    except StoreError as error:
        check.add(catalogue.location, f"cannot be read ({error})", RESTORE)
        return
    check.add_all(wrong, "is looked up by other groups, names or fields than were written", REBUILD)


def _note(
    check: Check, known: Mapping[str, SourceInfo], checksums: Mapping[_Key, Checksums], changing: Collection[str]
) -> None:
    """Say what cannot be compared."""
    if changing:
        check.notes.append(
            f"{len(changing):,} changes were begun and not finished, and their sources not compared; the next command "
            "that opens the index settles them"
        )
    without = sum((source_id, info.version) not in checksums for source_id, info in known.items())
    if without:
        check.notes.append(f"{without:,} sources have no checksums yet; `quaere rebuild` makes them")


def _check_catalogue(check: Check, catalogue: Catalogue) -> None:
    place = catalogue.location
    if not isinstance(place, Path):
        return
    try:
        for complaint in catalogue.complaints():
            check.add(place, f"is damaged ({complaint})", RESTORE)
    except StoreError as error:
        check.add(place, f"cannot be read ({error})", RESTORE)


def _damaged_catalogue(file: Path) -> str:
    """What a catalogue's seal says of it; empty where it is whole, or not sealed."""
    try:
        return "is not what was written" if catalogue_seal(file).damaged() else ""
    except (StoreError, OSError) as error:
        return f"cannot be compared with its checksum ({error})"


def _points(check: Check, folder: OpenFolder) -> dict[_Key, list[Surveyed]] | None:
    """Every point by its source and version; None where the index cannot be read, which is noted."""
    index = check.settings.data / INDEX_FOLDER
    embedded = check.settings.qdrant.engine == "edge"
    if embedded and not (check_files(check, index) and index.exists()):
        return None if index.exists() else {}
    unfindable: list[str] = []
    points: dict[_Key, list[Surveyed]] = {}
    wrong: list[str] = []
    try:
        for each in survey_edge(index, unfindable) if embedded else folder.store.survey(unfindable):
            check.passages += 1
            points.setdefault((each.source_id, each.version), []).append(each)
            if each.wrong:
                wrong.append(f"the passage {each.id} {each.wrong}")
    except StoreError as error:
        check.add(index if embedded else "the collection", f"cannot be read ({error})", REBUILD)
        return None
    check.add_all(wrong, "in the index", REBUILD)
    check.add_all(unfindable, "is a field by which the index does not find all passages", REBUILD)
    return points


def check_files(check: Check, index: Path) -> bool:
    """Compare the files of a closed embedded index with their checksums; False where one is damaged."""
    try:
        damaged = index_seal(index).damaged()
    except (StoreError, OSError) as error:
        check.add(index, f"cannot be compared with its checksums ({error})", REBUILD)
        return False
    check.add_all(damaged, "is not what was written", REBUILD)
    return not damaged


def _check_source(
    check: Check, catalogue: Catalogue, info: SourceInfo, kept: Checksums | None, points: Sequence[Surveyed]
) -> None:
    """Compare one source's facts, text and passages with each other and with their checksums."""
    if kept is not None and kept.facts != facts_checksum(info) and info.passages >= 0:
        check.add(info.source, "is listed with other facts than were written", _again(info))
    text = _text(check, catalogue, info)
    if info.passages < 0:
        return
    if len(points) != info.passages:
        check.add(
            info.source, f"has {len(points):,} passages in the index where {info.passages:,} were written", REBUILD
        )
    elif kept is not None and kept.passages and kept.passages != _checksum(points):
        check.add(info.source, "has passages or vectors in the index that are not what was written", REBUILD)
    elif text is not None and not all(_is_cut_from(text.text, each) for each in points):
        check.add(info.source, "has passages in the index that its text does not hold", REBUILD)


def _text(check: Check, catalogue: Catalogue, info: SourceInfo) -> SourceText | None:
    try:
        text = catalogue.text(info.source_id)
    except DamagedText:
        check.add(info.source, "has a text in the catalogue that is not what was written", _again(info))
        return None
    except StoreError as error:
        check.add(info.source, f"has a text in the catalogue that cannot be read ({error})", _again(info))
        return None
    if text is None:
        check.add(info.source, "has no text in the catalogue", _again(info))
    return text


def _checksum(points: Iterable[Surveyed]) -> str:
    return passages_checksum((each.id, bytes.fromhex(each.checksum)) for each in points)


def _is_cut_from(text: str, passage: Surveyed) -> bool:
    words = text[max(passage.start, 0) : max(passage.end, 0)]
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest() == passage.content


def _again(info: SourceInfo) -> str:
    """What mends one source."""
    return (
        "restore a backup with `quaere restore FILE`, or run `quaere sources delete "
        f"{info.source_id}` and index its file again"
    )
