"""The embedded engine: Qdrant's own, in this process, over a folder.

Points and filters as ``components.stores.engine.protocol`` describes them; it knows nothing about documents or
groups. The folder holds ``points`` (Qdrant's files) and ``manifest.json``. Calls hold Python's global lock, so that
writes go in slices short enough not to stop a serving process.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as qdrant

from components.errors import StoreError
from components.private_files import make_private
from components.stores.engine.edge_filters import to_filter
from components.stores.engine.manifest import as_json, read_manifest
from components.stores.engine.protocol import DENSE, INDEXED_FIELDS, SPARSE, Filter, Hit, Point, Search, Sparse, slices
from components.stores.engine.sparse_copy import allocated_bytes, copy_folder
from components.stores.seal import Seal
from components.writing import write_whole

_WRITE_SLICE = 64  # points; 3 ms
_ID_SLICE = 512
_PAGE = 1000
_WHOLE_PAGE = 128  # points with their vectors
_SPARE_BYTES = 64 << 20
_HELD = "WouldBlock"
_NO_SPACE = ("No space left", "os error 28", "StorageFull", "File too large", "os error 27", "Disk quota")
_NO_ACCESS = ("Read-only file system", "os error 30", "Permission denied", "os error 13")


class EdgeEngine:
    """See :class:`components.stores.engine.protocol.Engine`.

    Args:
        folder: is made where it is missing.
        dimension: of the dense vectors.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._points = folder / "points"
        self._manifest = folder / "manifest.json"
        self._seal = index_seal(folder)
        self._opened: qdrant.EdgeShard | None = None

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder)

    def open(self, manifest: Mapping[str, str]) -> dict[str, str]:
        """Open the folder, finishing what a kill left of an optimisation, or make an empty index in it."""
        with self._reported():
            self._finish_swap()
            self._seal.check_sizes()
            stored = read_manifest(self._manifest)
            if stored is not None and not self._points.exists():
                raise StoreError(f"The index's files in {self._points} are missing. {REPAIR}")
            if not self._points.exists():
                self._create()
            self._opened = qdrant.EdgeShard.load(str(self._points))
            if stored is None:
                if self._shard.info().points_count:
                    self.close()
                    raise StoreError(f"The index's manifest {self._manifest} is missing. {REPAIR}")
                self._seal.break_()
                stored = dict(manifest)
                write_whole(self._manifest, as_json(stored), private=True)
            return stored

    def close(self) -> None:
        """Write everything to disk and release the folder."""
        if self._opened is not None:
            with self._reported():
                self._release()
                if not self._seal.exists:
                    self._write_seal()

    def flush(self) -> None:
        """Return when all that was written is on disk."""
        with self._reported():
            self._shard.flush()

    def recreate(self, manifest: Mapping[str, str]) -> None:
        """Drop the points, even damaged ones, and make an empty index."""
        with self._reported():
            if self._opened is None:
                self._refuse_if_held()
            self._release()
            self._seal.break_()
            # In this order a kill leaves a state that opens as an empty index.
            self._manifest.unlink(missing_ok=True)
            for leftover in (self._points, *self._beside("new", "copy", "optimised", "old")):
                _remove(leftover)
            self.open(manifest)

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace points, slice by slice."""
        for part in slices(points, _WRITE_SLICE):
            self._check_space()
            self._update(qdrant.UpdateOperation.upsert_points([_to_point(each) for each in part]))

    def delete(self, ids: Sequence[str]) -> None:
        """Delete points, slice by slice."""
        for part in slices(ids, _ID_SLICE):
            self._update(qdrant.UpdateOperation.delete_points(list(part)))

    def delete_payload(self, ids: Sequence[str], keys: Sequence[str]) -> None:
        """Delete payload fields, slice by slice."""
        for part in slices(ids, _ID_SLICE):
            self._update(qdrant.UpdateOperation.delete_payload(list(part), list(keys)))

    def retrieve(self, ids: Sequence[str]) -> list[Hit]:
        """The points that exist."""
        with self._reported():
            return [
                Hit(str(each.id), each.payload or {})
                for part in slices(ids, _PAGE)
                for each in self._shard.retrieve(list(part), True, False)
            ]

    def scroll(self, filter: Filter, fields: Sequence[str] | None = None) -> Iterator[Hit]:
        """Every matching point."""
        compiled = to_filter(filter)
        offset: qdrant.PointId | None = None
        while True:
            request = qdrant.ScrollRequest(
                offset=offset,
                limit=_PAGE,
                filter=compiled,
                with_payload=True if fields is None else list(fields) or False,
                with_vector=False,
            )
            with self._reported():
                page, offset = self._shard.scroll(request)
            yield from (Hit(str(each.id), each.payload or {}) for each in page)
            if offset is None:
                return

    def points(self, filter: Filter) -> Iterator[Point]:
        """Every matching point whole."""
        compiled = to_filter(filter)
        offset: qdrant.PointId | None = None
        while True:
            request = qdrant.ScrollRequest(
                offset=offset, limit=_WHOLE_PAGE, filter=compiled, with_payload=True, with_vector=True
            )
            with self._reported():
                page, offset = self._shard.scroll(request)
            yield from map(_from_record, page)
            if offset is None:
                return

    def count(self, filter: Filter) -> int:
        """How many points match."""
        with self._reported():
            return self._shard.count(qdrant.CountRequest(exact=True, filter=to_filter(filter)))

    def search(self, searches: Sequence[Search]) -> list[list[Hit]]:
        """All searches in one call."""
        request = qdrant.QueryBatchRequest([_to_query(each) for each in searches])
        with self._reported():
            results = self._shard.query_batch(request)
        return [[Hit(str(each.id), each.payload or {}, each.score) for each in found] for found in results]

    def optimise(self, alone: Callable[[], AbstractContextManager[None]]) -> bool:
        """Build the graph in a child process on a copy, then swap it in; a kill leaves the old or the new."""
        copy, optimised, old = self._beside("copy", "optimised", "old")
        with self._reported():
            self._shard.flush()
            self._check_space(2 * allocated_bytes(self._points))
            _remove(copy)
            copy_folder(self._points, copy)
            self._optimise_copy(copy)
            copy.rename(optimised)
            with alone():
                self._release()
                self._seal.break_()
                self._points.rename(old)
                optimised.rename(self._points)
                self._opened = qdrant.EdgeShard.load(str(self._points))
            _remove(old)
        return True

    @property
    def _shard(self) -> qdrant.EdgeShard:
        if self._opened is None:
            raise StoreError(f"The index in {self._folder} is closed.")
        return self._opened

    def _release(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _refuse_if_held(self) -> None:
        # Files that another process has open can be deleted, and it would write on into nothing.
        try:
            qdrant.EdgeShard.load(str(self._points)).close()
        except BaseException as error:
            if not _is_failure(error) or _HELD in str(error):
                raise

    def _create(self) -> None:
        # Beside its place first, so that a kill leaves no half-made index.
        (new,) = self._beside("new")
        _remove(new)
        make_private(self._folder)
        self._check_space()
        shard = qdrant.EdgeShard.create(
            str(new),
            qdrant.EdgeConfig(
                vectors={DENSE: qdrant.EdgeVectorParams(self._dimension, qdrant.Distance.Cosine)},
                sparse_vectors={SPARSE: qdrant.EdgeSparseVectorParams(modifier=qdrant.Modifier.Idf)},
            ),
        )
        for field, kind in INDEXED_FIELDS.items():
            schema = getattr(qdrant.PayloadSchemaType, kind.capitalize())
            shard.update(qdrant.UpdateOperation.create_field_index(field, schema))
        shard.flush()
        shard.close()
        new.rename(self._points)

    def _finish_swap(self) -> None:
        copy, optimised, old = self._beside("copy", "optimised", "old")
        for complete in (optimised, old):
            if not self._points.exists() and complete.exists():
                self._seal.break_()
                complete.rename(self._points)
        for leftover in (copy, optimised, old):
            _remove(leftover)

    def _optimise_copy(self, copy: Path) -> None:
        program = Path(__file__).with_name("edge_optimiser.py")
        done = subprocess.run(
            # -P keeps our module names out of the child's search path, where they could hide others.
            [sys.executable, "-P", str(program), str(copy)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            _remove(copy)
            raise StoreError(
                f"Optimising a copy of the index in {self._folder} failed with exit code {done.returncode}: "
                f"{done.stderr.strip()[-500:]}. The index itself is unharmed and searched as before."
            )

    def _write_seal(self) -> None:
        if shutil.disk_usage(self._folder).free < _SPARE_BYTES:
            return
        # The engine tidies its journals when it opens, so that only then the files are as the next opening finds them.
        qdrant.EdgeShard.load(str(self._points)).close()
        self._seal.write(path for path in self._folder.rglob("*") if path.is_file() and path != self._seal.file)

    def _beside(self, *suffixes: str) -> list[Path]:
        return [self._folder / f"points.{suffix}" for suffix in suffixes]

    def _update(self, operation: qdrant.UpdateOperation) -> None:
        with self._reported():
            self._seal.break_()
            self._shard.update(operation)

    def _check_space(self, needed: int = 0) -> None:
        # The engine writes through mapped memory, where a full disk kills the process instead of failing a call.
        free = shutil.disk_usage(self._folder).free
        if free < needed + _SPARE_BYTES:
            raise StoreError(
                f"The disk that holds {self._folder} has {free >> 20} MiB left and this takes "
                f"{(needed + _SPARE_BYTES) >> 20} MiB; free some space and repeat the command."
            )

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if isinstance(error, StoreError) or not _is_failure(error):
                raise
            raise StoreError(self._explained(str(error))) from error

    def _explained(self, reason: str) -> str:
        if _HELD in reason:
            return f"The index in {self._folder} is open in another process; close that one first."
        if any(sign in reason for sign in _NO_SPACE):
            return f"The disk that holds {self._folder} is full or limited ({reason}); free some space."
        if any(sign in reason for sign in _NO_ACCESS):
            return (
                f"The index in {self._folder} cannot be written to ({reason}); make the folder writable for "
                "this user, or set another one with QUAERE_DATA."
            )
        return f"The index in {self._folder} is damaged or was made by another release ({reason}). {REPAIR}"


def index_seal(folder: Path) -> Seal:
    """The seal of an embedded index: the checksums of its files since it was closed."""
    return Seal(folder / "seal.json", folder, REPAIR)


REPAIR = "Run `quaere rebuild` to make it anew, or `quaere restore` to take a backup."


def _is_failure(error: BaseException) -> bool:
    # The engine raises bare Exceptions; a panic in it is a BaseException that no module exports.
    return isinstance(error, OSError) or type(error) is Exception or type(error).__name__ == "PanicException"


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _to_point(point: Point) -> qdrant.Point:
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = [float(value) for value in point.dense]
    if point.sparse is not None:
        vectors[SPARSE] = _to_sparse(point.sparse)
    return qdrant.Point(point.id, vectors, point.payload)


def _from_record(record: qdrant.Record) -> Point:
    vectors: Any = record.vector if isinstance(record.vector, dict) else {}
    dense, sparse = vectors.get(DENSE), vectors.get(SPARSE)
    words = None if sparse is None else Sparse(tuple(sparse.indices), tuple(sparse.values))
    return Point(str(record.id), record.payload or {}, dense, words)


def _to_sparse(sparse: Sparse) -> qdrant.SparseVector:
    return qdrant.SparseVector(list(sparse.indices), list(sparse.values))


def _to_query(search: Search) -> qdrant.QueryRequest:
    if isinstance(search.vector, Sparse):
        query = qdrant.Query.Nearest(_to_sparse(search.vector), using=SPARSE)
        corpus = None if search.corpus is None else to_filter(search.corpus)
        params = qdrant.SearchParams(idf=qdrant.IdfParams(corpus=corpus))
    else:
        query = qdrant.Query.Nearest([float(value) for value in search.vector], using=DENSE)
        params = qdrant.SearchParams()
    return qdrant.QueryRequest(
        limit=search.limit, query=query, filter=to_filter(search.filter), params=params, with_payload=True
    )
