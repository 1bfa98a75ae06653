"""Groups of rows -> the padded tensors of a batch."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from training.pairs.network import padded
from training.pairs.rows import Row


class PairCollator:
    """Tokenises the rows of a batch's groups.

    Args:
        tokenizer: a fast tokenizer of ``tokenizers``.
        inputs: names of the model's inputs, in the order of its ``forward``.
        max_tokens: longest input, with the special tokens.
        pad_id: of the padding token.
    """

    def __init__(self, tokenizer: Any, inputs: Sequence[str], max_tokens: int, pad_id: int = 0) -> None:
        self._tokenizer = tokenizer
        self._inputs = tuple(inputs)
        self._max_tokens = max_tokens
        self._pad_id = pad_id

    def __call__(self, groups: Sequence[Sequence[Row]]) -> dict[str, Tensor]:
        """Tensors of all rows of all groups, in order.

        Returns:
            ``input_ids``, ``attention_mask`` and, where the model has them, ``token_type_ids``, each (n, n_tokens);
            ``starts`` and ``ends`` (n, n_tokens): how likely a span should begin and end at a token, each row summing
            to 1, all of it at the first token where the passage does not answer; ``readable`` (n,): whether a reader
            learns from the row; ``relevant`` (n,): 1 or 0; ``group`` (n,): number of the row's group.
        """
        rows = [row for group in groups for row in group]
        encodings = [self._encoded(row) for row in rows]
        width = padded(max(len(each.ids) for each in encodings))
        width = min(width, self._max_tokens)
        batch = {name: torch.zeros((len(rows), width), dtype=torch.long) for name in self._inputs}
        batch["input_ids"].fill_(self._pad_id)
        starts, ends = torch.zeros(len(rows), width), torch.zeros(len(rows), width)
        readable = torch.tensor([row.readable for row in rows], dtype=torch.float)
        for at, (row, encoding) in enumerate(zip(rows, encodings, strict=True)):
            size = len(encoding.ids)
            batch["input_ids"][at, :size] = torch.tensor(encoding.ids)
            batch["attention_mask"][at, :size] = 1
            if "token_type_ids" in batch:
                batch["token_type_ids"][at, :size] = torch.tensor(encoding.type_ids)
            places = span_tokens(row, encoding)
            if row.spans and not places:
                # The answer was truncated away: whoever reads the rest has nothing to learn from it.
                readable[at] = 0.0
            for start, end in places or [(0, 0)]:
                starts[at, start] += 1 / max(1, len(places))
                ends[at, end] += 1 / max(1, len(places))
        relevant = torch.tensor([row.relevant for row in rows], dtype=torch.float)
        group = torch.tensor([number for number, group in enumerate(groups) for _ in group])
        return batch | {"starts": starts, "ends": ends, "readable": readable, "relevant": relevant, "group": group}

    def _encoded(self, row: Row) -> Any:
        self._tokenizer.enable_truncation(self._max_tokens, strategy="only_second")
        return self._tokenizer.encode(row.question, prefix(row) + row.passage)


def prefix(row: Row) -> str:
    """What is read before the passage; the same as at work (``components.models.encoder``)."""
    return f"{row.context}\n" if row.context else ""


def span_tokens(row: Row, encoding: Any) -> list[tuple[int, int]]:
    """First and last token of each span; spans that the input does not hold whole are left out."""
    shift = len(prefix(row))
    tokens = [
        (at, start - shift, end - shift)
        for at, ((start, end), part) in enumerate(zip(encoding.offsets, encoding.sequence_ids, strict=True))
        if part == 1 and start >= shift
    ]
    found = []
    for first, last in row.spans:
        touched = [at for at, start, end in tokens if start < last and first < end]
        if touched and tokens[-1][2] >= last:
            found.append((touched[0], touched[-1]))
    return list(dict.fromkeys(found))
