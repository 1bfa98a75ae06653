"""The contract of ``components/__init__.py``, for every component there is."""

import copy
import importlib
import inspect
import json
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from haystack import Document, component
from haystack.core.serialization import component_from_dict, component_to_dict
from haystack.dataclasses import ExtractedAnswer, SparseEmbedding

import components
from components.preprocessors.splitter import PassageSplitter
from components.stores.documents import QuaereDocumentStore
from components.types import Query


def load_all() -> dict[str, type]:
    for found in pkgutil.walk_packages(components.__path__, "components."):
        if not found.name.endswith(".migrations.env"):  # Alembic's own entry: it runs, with what Alembic gives it
            importlib.import_module(found.name)
    return {kind.__name__: kind for name, kind in component.registry.items() if name.startswith("components.")}


COMPONENTS = load_all()
NO_MODEL = "a-model/that-does-not-exist"


def passages() -> list[Document]:
    meta = {
        "source": "a.md",
        "source_id": "s",
        "version": "v",
        "title": "Faust",
        "start": 0,
        "end": 22,
        "language": "en",
        "kind": "text",
        "groups": ["public"],
        "scores": {"dense": 0.5, "lexical": 1.0, "lexical_share": 1.0, "fused": 0.7, "relevance": 1.0},
    }
    return [
        Document(id="1", content="goethe wrote the faust", meta=meta),
        Document(id="2", content="paris is in france", meta=meta | {"end": 18}),
    ]


def spans() -> list[ExtractedAnswer]:
    span = ExtractedAnswer.Span(0, 6)
    return [
        ExtractedAnswer(
            query="who wrote faust",
            score=0.9,
            data="goethe",
            document=passages()[0],
            context="goethe wrote the faust",
            document_offset=span,
            context_offset=span,
            meta={"span": 3.0, "null": 0.0, "rank": 0},
        )
    ]


UNDERSTOOD = Query(
    original="who wrote faust", text="who wrote faust", question="who wrote faust", language="en", kind="factoid"
)
MODEL = {"precision": "fp32", "backend": "torch", "threads": 1, "cache": "/somewhere"}


@dataclass(frozen=True)
class Specimen:
    """One component: parameters that all differ from the defaults, inputs, and what empty input gives.

    Args:
        parameters: every ``__init__`` parameter.
        empty: inputs without content.
        nothing: the outputs for these.
        full: inputs with content.
        usable: parameters for a run; "role:..." stands for a tiny model.
    """

    parameters: dict[str, Any]
    empty: dict[str, Any]
    nothing: dict[str, Any]
    full: dict[str, Any]
    usable: dict[str, Any] = field(default_factory=dict)


SPECIMENS = {
    "DocumentLoader": Specimen(
        {
            "max_bytes": 5,
            "meta": {"tags": ["a"]},
            "sandbox": True,
            "max_characters": 6,
            "max_rows": 7,
            "seconds": 8.0,
            "memory_bytes": 9,
            "read_as": {".conf": ".txt"},
            "ocr_seconds": 10.0,
            "threads": 2,
        },
        {"sources": []},
        {"documents": [], "failures": []},
        {"sources": [__file__]},
    ),
    "PassageSplitter": Specimen(
        {
            "tokenizer": "/no/tokenizer.json",
            "passage_tokens": 99,
            "overlap_tokens": 9,
            "max_tokens": 128,
            "max_passages": 7,
            "sandbox": True,
            "seconds": 8.0,
            "memory_bytes": 9,
        },
        {"documents": []},
        {"documents": []},
        {"documents": passages()},
        {"tokenizer": "tokenizer:embedder"},
    ),
    "PassagePlanner": Specimen(
        {"splitter": PassageSplitter("/no/tokenizer.json")},
        {"documents": []},
        {"plans": [], "failures": []},
        {"documents": passages()},
        {"splitter": "splitter"},
    ),
    "DocumentEmbedder": Specimen(
        {"model": NO_MODEL, **MODEL},
        {"documents": []},
        {"documents": []},
        {"documents": passages()},
        {"model": "role:embedder", "precision": "fp32"},
    ),
    "TextEmbedder": Specimen(
        {"model": NO_MODEL, **MODEL},
        {"text": " "},
        {"embedding": []},
        {"text": "who wrote faust"},
        {"model": "role:embedder", "precision": "fp32"},
    ),
    "LexicalDocumentEmbedder": Specimen(
        {"average_length": 77.0}, {"documents": []}, {"documents": []}, {"documents": passages()}
    ),
    "LexicalTextEmbedder": Specimen(
        {"languages": ["de", "en"]},
        {"text": ""},
        {"sparse_embedding": SparseEmbedding([], [])},
        {"text": "who wrote faust"},
    ),
    "HybridRetriever": Specimen(
        {
            "document_store": QuaereDocumentStore("/no/folder", dimension=7),
            "top_k": 3,
            "fusion": "rrf",
            "dense_weight": 0.25,
        },
        {"query_embedding": [], "query_sparse_embedding": SparseEmbedding([], [])},
        {"documents": []},
        {"query_embedding": [0.6, 0.8], "query_sparse_embedding": SparseEmbedding([1], [1.0])},
        {"document_store": "store"},
    ),
    "CrossEncoderRanker": Specimen(
        {"model": NO_MODEL, "top_k": 4, "with_context": False, "search_weight": 2.5, **MODEL},
        {"query": "x", "documents": []},
        {"documents": []},
        {"query": "who wrote faust", "documents": passages()},
        {"model": "role:joint", "precision": "fp32"},
    ),
    "ExtractiveReader": Specimen(
        {
            "model": NO_MODEL,
            "top_k": 4,
            "answers_per_passage": 2,
            "max_answer_tokens": 11,
            "with_context": False,
            **MODEL,
        },
        {"query": "x", "documents": []},
        {"answers": []},
        {"query": "who wrote faust", "documents": passages()},
        {"model": "role:joint", "precision": "fp32"},
    ),
    "AnswerComposer": Specimen(
        {"calibrator": "/no/calibrator.json", "top_k": 7, "threshold": 0.0},
        {"understood": UNDERSTOOD, "documents": [], "answers": []},
        {"answers": [], "warnings": []},
        {"understood": UNDERSTOOD, "documents": passages(), "answers": spans()},
        {"threshold": 0.0},
    ),
    "QueryUnderstanding": Specimen(
        {"synonyms": "/no/synonyms.toml", "max_characters": 100},
        {},
        {},
        {"query": "who wrote faust", "filters": None, "groups": ["staff"]},
        {},
    ),
}
every_component = pytest.mark.parametrize("name", sorted(COMPONENTS))


@pytest.fixture
def usable(tiny_models: dict[str, Path], tmp_path: Path) -> Iterator[Any]:
    """Builds a component that can run on tiny models."""
    stores = []

    def resolve(value: Any) -> Any:
        if value == "store":
            stores.append(QuaereDocumentStore(str(tmp_path / "store"), dimension=2))
            return stores[-1]
        if value == "splitter":
            return PassageSplitter(str(tiny_models["embedder"] / "tokenizer.json"))
        kind, _, role = str(value).partition(":")
        if kind == "role":
            return str(tiny_models[role])
        return str(tiny_models[role] / "tokenizer.json") if kind == "tokenizer" else value

    yield lambda name: COMPONENTS[name](**{key: resolve(value) for key, value in SPECIMENS[name].usable.items()})
    for store in stores:
        store.close()


class _Watch:
    """Counts files opened and sockets connected; Python's audit hooks cannot be taken off again."""

    active = False
    seen: tuple[str, ...] = ()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.active and event in {"open", "socket.connect", "os.listdir", "os.mkdir", "sqlite3.connect"}:
            self.seen = (*self.seen, f"{event} {arguments}")


_WATCH = _Watch()
sys.addaudithook(_WATCH)


@contextmanager
def nothing_touched() -> Iterator[None]:
    _WATCH.seen, _WATCH.active = (), True
    try:
        yield
    finally:
        _WATCH.active = False
    assert _WATCH.seen == ()


def test_every_component_has_a_specimen() -> None:
    assert sorted(COMPONENTS) == sorted(SPECIMENS)


@every_component
def test_the_specimen_sets_every_parameter_to_something_else_than_its_default(name: str) -> None:
    signature = inspect.signature(COMPONENTS[name].__init__)
    # A class without an ``__init__`` of its own shows the catch-all parameters of ``object``.
    catch_all = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    declared = {
        key: parameter
        for key, parameter in signature.parameters.items()
        if key != "self" and parameter.kind not in catch_all
    }
    given = SPECIMENS[name].parameters
    assert set(given) == set(declared)
    assert not [key for key, parameter in declared.items() if parameter.default == given[key]]


@every_component
def test_building_touches_neither_disk_nor_network(name: str) -> None:
    kind, parameters = COMPONENTS[name], SPECIMENS[name].parameters
    with nothing_touched():
        kind(**parameters)


def comparable(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else value


@every_component
def test_serialisation_keeps_every_parameter(name: str) -> None:
    kind, parameters = COMPONENTS[name], SPECIMENS[name].parameters
    first = kind(**parameters)
    data = component_to_dict(first, name)
    second = component_from_dict(kind, yaml.safe_load(yaml.safe_dump(json.loads(json.dumps(data)))), name)
    assert type(second) is kind
    for key, value in parameters.items():
        assert comparable(getattr(first, key)) == comparable(value), key
        assert comparable(getattr(second, key)) == comparable(value), key
    assert component_to_dict(second, name) == data


@every_component
def test_empty_input_gives_empty_output(name: str, usable: Any) -> None:
    specimen = SPECIMENS[name]
    if name == "QueryUnderstanding":
        from components.errors import InputError

        with pytest.raises(InputError):
            usable(name).run(query="")
        return
    # Where models would be needed the specimen's do not exist, so that asking for one would fail.
    models = "model" in specimen.parameters or name in ("PassageSplitter", "PassagePlanner")
    built = COMPONENTS[name](**specimen.parameters) if models else usable(name)
    outputs = built.run(**specimen.empty)
    for key, value in specimen.nothing.items():
        assert outputs[key] == value


@every_component
def test_outputs_are_those_declared_and_inputs_stay_as_they_were(name: str, usable: Any) -> None:
    specimen = SPECIMENS[name]
    given = specimen.full
    before = copy.deepcopy(given)
    built = usable(name)
    outputs = built.run(**given)
    assert set(outputs) == set(built.__haystack_output__._sockets_dict)
    assert given == before


@every_component
def test_a_second_warm_up_is_free(name: str, usable: Any) -> None:
    built = usable(name)
    if not hasattr(built, "warm_up"):
        return
    built.warm_up()
    loaded = dict(vars(built))
    with nothing_touched():
        built.warm_up()
    assert all(vars(built)[key] is value for key, value in loaded.items())
