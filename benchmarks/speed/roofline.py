"""What the machine gives at best, and what the models ask of it: how far from the limit an answer is.

Measured: matrix products of single precision (numpy, OpenVINO) and of bytes (OpenVINO), the tokeniser, plain Python.
Derived: the operations of one question through the joint model, and the milliseconds they take at those rates
(Williams, Waterman and Patterson 2009; the weights are read once for many tokens, so that the memory's side of the
roof is left out).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from statistics import mean, median
from time import perf_counter
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from benchmarks.speed.quaere import settings_for_systems
from benchmarks.speed.systems import CANDIDATES, READ, System
from components.models.checkpoints import resolve, tokenizer_file
from components.models.conversion import effective_precision
from pipelines.settings import Settings

ROWS = 512
"""Tokens that go through a matrix together; a batch of the encoder has up to 1,024."""

_REPEATS = 9
_LAYERS = 6
_WORDS = "The capital of France is Paris, and the river that runs through it is called the Seine. " * 6
_COUNTED = 500
"""Passages, and questions, that are tokenised to know their mean length."""


def mean_pair_tokens(settings: Settings, questions: Sequence[str], passages: Sequence[str]) -> float:
    """Mean length of a question with a passage in the reader's tokens, with the three special ones."""
    tokenizer = _tokenizer(settings)
    counts = [
        [len(each.ids) for each in tokenizer.encode_batch(spread(texts), add_special_tokens=False)]
        for texts in (questions, passages)
    ]
    return sum(float(mean(each)) for each in counts) + 3


def spread(texts: Sequence[str]) -> list[str]:
    """Some of the texts, from everywhere among them."""
    return list(texts[:: max(1, len(texts) // _COUNTED)])


def measure_roofline(settings: Settings, pair_tokens: float) -> dict[str, Any]:
    """All of it as plain JSON: operations and tokens a second, and the limits of one question.

    Args:
        settings: name the models, the threads and the number of candidates.
        pair_tokens: mean length of a question with its passage.
    """
    shape = _shape(settings)
    rates = {
        "numpy_fp32": _rate(_numpy_product(shape), shape),
        "openvino_fp32": _rate(_openvino_product(shape, settings.models.threads, in_bytes=False), shape),
        "openvino_int8": _rate(_openvino_product(shape, settings.models.threads, in_bytes=True), shape),
    }
    tokens_per_second = _tokens_per_second(settings)
    pairs = settings.search.candidates
    operations = pairs * pair_operations(shape, pair_tokens)
    return {
        "operations_per_second": rates,
        "tokens_per_second": tokens_per_second,
        "python_calls_per_second": _calls_per_second(),
        "model": shape,
        "question": {
            "pairs": pairs,
            "tokens_of_a_pair": pair_tokens,
            "tokens": pairs * pair_tokens,
            "operations": operations,
            "milliseconds_at_best": {
                "fp32": 1000 * operations / max(rates["numpy_fp32"], rates["openvino_fp32"]),
                "int8": 1000 * operations / rates["openvino_int8"],
                "tokeniser": 1000 * pairs * pair_tokens / tokens_per_second,
            },
        },
    }


def distances(
    systems: Sequence[System], settings: Settings, roofline: Mapping[str, Any], asking: Mapping[str, Any]
) -> dict[str, Any]:
    """How far each system that reads is from the machine's limit.

    Each gets the ``milliseconds_at_best`` that the pairs which it has to run take at the best rate of its precision,
    and the ``share`` of its measured median that these are, in [0, 1].
    """
    rates, question = roofline["operations_per_second"], roofline["question"]
    found = {}
    for system in systems:
        if system.kind == "bm25s":
            continue
        own: dict[str, Any] = {**settings_for_systems(settings), **system.settings}
        twice = system.kind == "stock" or system.same_work
        pairs = CANDIDATES + READ if twice else int(own["search.candidates"])
        in_bytes = system.kind == "quaere" and effective_precision(own["models.precision"]) == "int8"
        rate = rates["openvino_int8"] if in_bytes else max(rates["numpy_fp32"], rates["openvino_fp32"])
        best = 1000 * pairs * question["operations"] / question["pairs"] / rate
        measured = asking[system.name]["milliseconds"]["total"]["median"]
        found[system.name] = {"pairs": pairs, "milliseconds_at_best": best, "share": best / measured}
    return found


def pair_operations(shape: dict[str, int], tokens: float) -> float:
    """Floating-point operations of one pair through the encoder, a multiplication and an addition being two.

    A layer multiplies every token by four matrices of hidden x hidden (query, key, value, output) and two of
    hidden x inner, and compares it with every other token, twice: scores, and weighted values.
    """
    hidden, inner = shape["hidden"], shape["inner"]
    by_matrices = 2 * (4 * hidden * hidden + 2 * hidden * inner)
    by_tokens = 2 * 2 * hidden * tokens
    return shape["layers"] * tokens * (by_matrices + by_tokens)


def _shape(settings: Settings) -> dict[str, int]:
    """Sizes of the reader's encoder."""
    config = json.loads((resolve(settings.models.reader, settings.cache).folder / "config.json").read_text("utf-8"))
    names = {"hidden": "hidden_size", "inner": "intermediate_size", "layers": "num_hidden_layers"}
    return {name: int(config[key]) for name, key in names.items()}


def _rate(product: Callable[[], object], shape: dict[str, int]) -> float:
    """Operations a second of a chain of products up and down, by the median of some repetitions."""
    operations = 2 * ROWS * shape["hidden"] * shape["inner"] * 2 * _LAYERS
    return operations / _seconds(product)


def _seconds(work: Callable[[], object]) -> float:
    """Median of some repetitions, the first of which do not count."""
    seconds = []
    for number in range(_REPEATS + 2):
        started = perf_counter()
        work()
        if number >= 2:
            seconds.append(perf_counter() - started)
    return median(seconds)


def _matrices(shape: dict[str, int]) -> list[Any]:
    random = np.random.default_rng(0)
    sizes = [(shape["hidden"], shape["inner"]), (shape["inner"], shape["hidden"])] * _LAYERS
    return [random.standard_normal(size, np.float32) / np.sqrt(np.float32(size[0])) for size in sizes]


def _numpy_product(shape: dict[str, int]) -> Callable[[], object]:
    matrices = _matrices(shape)
    rows = np.random.default_rng(1).standard_normal((ROWS, shape["hidden"]), np.float32)

    def product() -> object:
        values = rows
        for matrix in matrices:
            values = values @ matrix
        return values

    return product


def _openvino_product(shape: dict[str, int], threads: int | None, *, in_bytes: bool) -> Callable[[], object]:
    """The same chain as a compiled graph; in bytes, both sides of every product are rounded, as in our models."""
    import openvino as ov
    from openvino import opset13 as graph

    given = graph.parameter([ROWS, shape["hidden"]], np.float32)
    node: Any = given
    for matrix in _matrices(shape):
        node = graph.matmul(_rounded(graph, node, 4.0, in_bytes), _weights(graph, matrix, in_bytes), False, False)
    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    if threads is not None:
        settings["INFERENCE_NUM_THREADS"] = threads
    compiled = ov.Core().compile_model(ov.Model([node], [given]), "CPU", settings)
    request = compiled.create_infer_request()
    rows = np.random.default_rng(1).standard_normal((ROWS, shape["hidden"]), np.float32)
    return lambda: request.infer([rows])


def _rounded(graph: Any, node: Any, limit: float, in_bytes: bool) -> Any:
    if not in_bytes:
        return node
    low, high = np.float32(-limit), np.float32(limit * 127 / 128)
    return graph.fake_quantize(node, low, high, low, high, 256)


def _weights(graph: Any, matrix: Any, in_bytes: bool) -> Any:
    if not in_bytes:
        return graph.constant(matrix)
    scale = np.float32(np.abs(matrix).max() / 127)
    whole = graph.constant(np.round(matrix / scale).astype(np.int8))
    return graph.multiply(graph.convert(whole, "f32"), graph.constant(scale))


def _tokenizer(settings: Settings) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(tokenizer_file(settings.models.reader)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _tokens_per_second(settings: Settings) -> float:
    tokenizer = _tokenizer(settings)
    pairs = [("Which river runs through Paris?", f"{number} {_WORDS}") for number in range(settings.search.candidates)]
    count = sum(len(each.ids) for each in tokenizer.encode_batch(pairs))
    return count / _seconds(lambda: tokenizer.encode_batch(pairs))


def _calls_per_second() -> float:
    """Calls of a function that adds two numbers, the price of plain Python."""
    calls = 100_000

    def add(one: int, other: int) -> int:
        return one + other

    def work() -> int:
        total = 0
        for number in range(calls):
            total = add(total, number)
        return total

    return calls / _seconds(work)
