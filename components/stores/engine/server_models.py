"""How a collection is made, and points, filters and searches, in the classes of Qdrant's client. Sends nothing."""

from typing import Any, Literal

from qdrant_client import models

from components.stores.engine.protocol import DENSE, INDEXED_FIELDS, SPARSE, Filter, Point, Search, Sparse

Quantization = Literal["int8", "none"]
"""Whether the server compares vectors of bytes first, and only the best of them as they are."""

_TENANT = "groups"
_FIELDS = {**INDEXED_FIELDS, "meta.kind": "keyword", "meta.page": "integer"}
_OVERSAMPLING = 2.0
"""How many times the wanted number of vectors is taken by their bytes, and then compared as they are."""
_QUANTILE = 0.99
"""Share of a vector's values that the bytes span; the few outliers are cut off."""

_BYTES = models.ScalarQuantization(
    scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=_QUANTILE, always_ram=True)
)
_BY_TENANT = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
_RESCORED = models.SearchParams(quantization=models.QuantizationSearchParams(rescore=True, oversampling=_OVERSAMPLING))


def vectors(dimension: int, quantization: Quantization) -> dict[str, Any]:
    """The vectors of a new collection, as the client's parameters."""
    dense = models.VectorParams(
        size=dimension,
        distance=models.Distance.COSINE,
        quantization_config=_BYTES if quantization == "int8" else None,
    )
    return {
        "vectors_config": {DENSE: dense},
        "sparse_vectors_config": {SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
    }


def payload_indexes() -> dict[str, models.PayloadSchemaType | models.KeywordIndexParams]:
    """The payload fields of a new collection that searches filter on, with the kind of their index."""
    return {name: _BY_TENANT if name == _TENANT else models.PayloadSchemaType(kind) for name, kind in _FIELDS.items()}


def differences(
    info: models.CollectionInfo, shards: int | None, replicas: int, quantization: Quantization
) -> list[str]:
    """What the settings say and a collection does not have, in words."""
    params = info.config.params
    dense = params.vectors.get(DENSE) if isinstance(params.vectors, dict) else None
    quantized = (dense is not None and dense.quantization_config) or info.config.quantization_config
    wanted = {
        "qdrant.shards": (shards, params.shard_number),
        "qdrant.replicas": (replicas, params.replication_factor),
        "qdrant.quantization": (quantization, _name_of(quantized)),
    }
    differing = [
        f"{name}: the collection has {found}, the settings say {value}"
        for name, (value, found) in wanted.items()
        if value is not None and value != (1 if found is None else found)
    ]
    missing = sorted(_FIELDS.keys() - info.payload_schema.keys())
    if missing:
        differing.append(f"no payload index for {', '.join(missing)}")
    groups = info.payload_schema.get(_TENANT)
    if groups is not None and not getattr(groups.params, "is_tenant", False):
        differing.append(f"the payload index for {_TENANT} does not keep tenants together")
    return differing


def _name_of(quantized: Any) -> str:
    """As the settings call it; what they do not know by its own name."""
    if not quantized:
        return "none"
    if isinstance(quantized, models.ScalarQuantization):
        return str(quantized.scalar.type.value)
    return type(quantized).__name__


def to_filter(condition: Filter) -> models.Filter:
    """The client's own class for a filter in REST JSON, or for a single condition."""
    clauses = {"must", "should", "must_not"}
    return models.Filter.model_validate(condition if condition.keys() <= clauses else {"must": [condition]})


def to_struct(point: Point) -> models.PointStruct:
    """The client's own class for a point."""
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = [float(value) for value in point.dense]
    if point.sparse is not None:
        vectors[SPARSE] = _to_sparse(point.sparse)
    return models.PointStruct(id=point.id, vector=vectors, payload=point.payload)


def from_record(record: models.Record) -> Point:
    """A point that the server gave with its vectors."""
    found: dict[str, Any] = record.vector if isinstance(record.vector, dict) else {}
    sparse = found.get(SPARSE)
    words = None if sparse is None else Sparse(tuple(sparse.indices), tuple(sparse.values))
    return Point(str(record.id), record.payload or {}, found.get(DENSE), words)


def _to_sparse(sparse: Sparse) -> models.SparseVector:
    return models.SparseVector(indices=list(sparse.indices), values=list(sparse.values))


def to_query(search: Search, quantization: Quantization) -> models.QueryRequest:
    """The client's own class for a search in a collection of this quantization."""
    params = _RESCORED if quantization == "int8" else None
    if isinstance(search.vector, Sparse):
        query = models.NearestQuery(nearest=_to_sparse(search.vector))
        corpus = None if search.corpus is None else models.IdfCorpusParams(corpus=to_filter(search.corpus))
        params = None if corpus is None else models.SearchParams(idf=corpus)
        using = SPARSE
    else:
        query = models.NearestQuery(nearest=[float(value) for value in search.vector])
        using = DENSE
    return models.QueryRequest(
        query=query, using=using, filter=to_filter(search.filter), params=params, limit=search.limit, with_payload=True
    )
