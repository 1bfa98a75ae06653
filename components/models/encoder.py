"""Texts -> vectors, and (question, passage) pairs -> relevance and span logits: tokenise, bucket, run.

One pass over a pair serves the ranker and the reader: its logits are remembered, and whoever asks second gets them
for nothing. Inputs are sorted by length and padded little; results come back in the caller's order.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from components.models.batching import CombiningQueue
from components.models.checkpoints import Role, fingerprint
from components.models.conversion import ConvertedModel, Precision, Progress, convert, effective_precision, kind_for
from components.models.inference import Backend, Runtime, load_runtime
from components.models.window import Window
from components.passages import Pair

Key = TypeVar("Key")
Value = TypeVar("Value")

_PAD_MULTIPLE = 16
_BATCH_TOKENS = 1024
_REMEMBERED_PAIRS = 2048
_REMEMBERED_QUESTIONS = 1024
_WINDOW_STRIDE = 64


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How models are run; the same for all models of a process."""

    precision: Precision = "auto"
    backend: Backend = "openvino"
    threads: int | None = None
    cache: str | None = None


@dataclass(frozen=True, slots=True)
class PairLogits:
    """What a model says about a pair.

    Args:
        relevance: logit, higher is better; 0.0 of a model that only reads.
        windows: span logits by window; empty of a model that only ranks.
    """

    relevance: float
    windows: tuple[Window, ...]


class TextEncoder:
    """Texts -> unit vectors."""

    def __init__(self, model: ConvertedModel, runtime: Runtime) -> None:
        self.model = model
        self._runtime = runtime
        self._tokenizer = _tokenizer(model)
        self._tokenizer.enable_truncation(model.max_tokens)
        self._queue: CombiningQueue[str, npt.NDArray[np.float32]] = CombiningQueue(self._encode)
        self._remembered: _Memory[str, npt.NDArray[np.float32]] = _Memory(_REMEMBERED_QUESTIONS)

    def encode_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of passages, (n, dimension) float32 of unit length."""
        return self._stack(self._queue.run([self.model.prompts["document"] + text for text in texts]))

    def encode_questions(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of questions, (n, dimension) float32 of unit length; the last ones are remembered."""
        prompted = [self.model.prompts["query"] + text for text in texts]
        return self._stack(self._remembered.get_all(prompted, self._queue.run))

    def _stack(self, vectors: list[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
        return np.stack(vectors) if vectors else np.zeros((0, self.model.dimension), np.float32)

    def _encode(self, texts: Sequence[str]) -> list[npt.NDArray[np.float32]]:
        encodings = self._tokenizer.encode_batch(list(texts))
        vectors: list[npt.NDArray[np.float32]] = [np.empty(0, np.float32)] * len(texts)
        for rows in batches_by_length([len(encoding.ids) for encoding in encodings]):
            outputs = self._runtime(_arrays([encodings[row] for row in rows], self.model))
            for row, vector in zip(rows, outputs[0], strict=True):
                vectors[row] = vector
        return vectors


class PairEncoder:
    """(question, passage) pairs -> logits; a passage too long for one window is read in several."""

    def __init__(self, model: ConvertedModel, runtime: Runtime, tokenizer: Tokenizer | None = None) -> None:
        self.model = model
        self._runtime = runtime
        self._tokenizer = _tokenizer(model) if tokenizer is None else tokenizer
        self._queue: CombiningQueue[Pair, PairLogits] = CombiningQueue(self._encode)
        self._remembered: _Memory[Pair, PairLogits] = _Memory(_REMEMBERED_PAIRS)

    def encode(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        """The logits of each pair, in order."""
        return self._remembered.get_all(pairs, self._queue.run)

    def forget(self) -> None:
        """Forget all pairs, so that the next call runs the model: for those who measure what it takes."""
        self._remembered.clear()

    def _encode(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        encodings, owners = self._windows(pairs)
        relevance = [-np.inf] * len(pairs)
        windows: list[list[tuple[int, Window]]] = [[] for _ in pairs]
        for rows in batches_by_length([len(encoding.ids) for encoding in encodings]):
            outputs = self._runtime(_arrays([encodings[row] for row in rows], self.model))
            ranks, spans = self._split(outputs, len(rows))
            for index, row in enumerate(rows):
                owner = owners[row]
                relevance[owner] = max(relevance[owner], float(ranks[index]))
                if spans is not None:
                    shift = len(_context(pairs[owner]))
                    windows[owner].append((row, _window(encodings[row], spans[index], shift)))
        return [
            PairLogits(rank, tuple(window for _, window in sorted(of_pair, key=lambda item: item[0])))
            for rank, of_pair in zip(relevance, windows, strict=True)
        ]

    def _windows(self, pairs: Sequence[Pair]) -> tuple[list[Encoding], list[int]]:
        """Encodings of all windows of all pairs, and the pair each belongs to."""
        limit = self.model.max_tokens
        # A question leaves at least half of the window to the passage.
        self._tokenizer.enable_truncation(limit // 2)
        questions = self._tokenizer.encode_batch([pair.question for pair in pairs], add_special_tokens=False)
        shortened = [
            pair.question[: question.offsets[-1][1]] if question.overflowing else pair.question
            for pair, question in zip(pairs, questions, strict=True)
        ]
        stride = min(_WINDOW_STRIDE, limit // 8)
        self._tokenizer.enable_truncation(limit, stride=stride, strategy="only_second")
        encodings: list[Encoding] = []
        owners: list[int] = []
        texts = [(question, _context(pair) + pair.passage) for question, pair in zip(shortened, pairs, strict=True)]
        for owner, encoding in enumerate(self._tokenizer.encode_batch(texts)):
            for window in [encoding, *encoding.overflowing]:
                encodings.append(window)
                owners.append(owner)
        return encodings, owners

    def _split(
        self, outputs: list[npt.NDArray[np.float32]], count: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        """Relevance (n,) and span logits (n, n_tokens, 2) from the outputs of this kind of model."""
        if self.model.kind == "joint":
            return outputs[0], outputs[1]
        if self.model.kind == "reader":
            return np.zeros(count, np.float32), outputs[0]
        return outputs[0], None


def batches_by_length(lengths: Sequence[int]) -> list[list[int]]:
    """Indices grouped so that little is padded: sorted by length, at most ``_BATCH_TOKENS`` tokens a group.

    A processor gains little from large batches (one pair of 120 tokens: 27 ms, eight: 23 ms each) and pays for every
    padded token, so only rows that are padded to the same multiple of 16 run together.
    """
    groups: list[list[int]] = []
    width = 0
    for index in sorted(range(len(lengths)), key=lambda row: lengths[row]):
        padded = _padded(lengths[index])
        if not groups or padded != width or (len(groups[-1]) + 1) * width > max(_BATCH_TOKENS, width):
            groups.append([])
            width = padded
        groups[-1].append(index)
    return groups


def text_encoder(name: str, options: ModelOptions, on_progress: Progress | None = None) -> TextEncoder:
    """The process's encoder of a model, loaded at the first call."""
    encoder = _shared(name, "embedder", options, on_progress)
    assert isinstance(encoder, TextEncoder)
    return encoder


def pair_encoder(name: str, role: Role, options: ModelOptions, on_progress: Progress | None = None) -> PairEncoder:
    """The process's encoder of a model; ranker and reader of one joint model share it."""
    encoder = _shared(name, role, options, on_progress)
    assert isinstance(encoder, PairEncoder)
    return encoder


_encoders: dict[tuple[Any, ...], TextEncoder | PairEncoder] = {}
_encoders_lock = threading.Lock()
_loading: dict[tuple[Any, ...], threading.Lock] = {}


def _shared(name: str, role: Role, options: ModelOptions, on_progress: Progress | None) -> TextEncoder | PairEncoder:
    precision = effective_precision(options.precision)
    key = (fingerprint(name), kind_for(name, role), precision, options.backend, options.threads, options.cache)
    with _encoders_lock:
        lock = _loading.setdefault(key, threading.Lock())
    with lock:
        if key not in _encoders:
            model = convert(name, role, options.precision, options.cache, on_progress)
            runtime = load_runtime(model, options.backend, options.threads)
            _encoders[key] = TextEncoder(model, runtime) if role == "embedder" else PairEncoder(model, runtime)
        return _encoders[key]


class _Memory(Generic[Key, Value]):
    """The last results by input; safe between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get_all(self, keys: Sequence[Key], compute: Callable[[Sequence[Key]], list[Value]]) -> list[Value]:
        """The results for ``keys``; ``compute`` is called once, with those that are not remembered."""
        with self._lock:
            known = {key: self._values[key] for key in keys if key in self._values}
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        known.update(zip(missing, compute(missing), strict=True))
        with self._lock:
            for key in keys:
                self._values[key] = known[key]
                self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return [known[key] for key in keys]

    def clear(self) -> None:
        with self._lock:
            self._values.clear()


def _tokenizer(model: ConvertedModel) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(Path(model.folder) / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer


def _context(pair: Pair) -> str:
    return f"{pair.context}\n" if pair.context else ""


def _padded(length: int) -> int:
    return -(-length // _PAD_MULTIPLE) * _PAD_MULTIPLE


def _arrays(encodings: Sequence[Encoding], model: ConvertedModel) -> dict[str, npt.NDArray[np.int64]]:
    """Padded inputs, each (n, n_tokens) int64."""
    width = min(_padded(max(len(encoding.ids) for encoding in encodings)), model.max_tokens)
    arrays = {name: np.zeros((len(encodings), width), np.int64) for name in model.inputs}
    if model.pad_id:
        arrays["input_ids"][:] = model.pad_id
    for row, encoding in enumerate(encodings):
        size = len(encoding.ids)
        arrays["input_ids"][row, :size] = encoding.ids
        arrays["attention_mask"][row, :size] = 1
        if "token_type_ids" in arrays:
            arrays["token_type_ids"][row, :size] = encoding.type_ids
    return arrays


def _window(encoding: Encoding, logits: npt.NDArray[np.float32], shift: int) -> Window:
    """The logits of the passage's own tokens; offsets without the context in front of the passage."""
    sequence = np.array([-1 if part is None else part for part in encoding.sequence_ids])
    offsets = np.array(encoding.offsets, dtype=np.int64) - shift
    rows = np.flatnonzero((sequence == 1) & (offsets[:, 0] >= 0) & (offsets[:, 1] > offsets[:, 0]))
    return Window(
        start=logits[rows, 0],
        end=logits[rows, 1],
        offsets=offsets[rows],
        null=float(logits[0, 0] + logits[0, 1]),
    )
