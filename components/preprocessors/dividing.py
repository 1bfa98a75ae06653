"""Text and its blocks -> where each passage begins and ends; what the splitter does in a process of its own.

In: the text of one file, its blocks, and how long passages are. Out: :class:`PlannedPassage`, in the order of the text.
Light enough for a process that is started for one file: knows no Haystack, no ``Document`` and no model.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from tokenizers import Tokenizer

from components.converters.extracted import Block, block_parts, text_parts
from components.converters.limits import is_row
from components.errors import ConfigurationError, InputError, LoadingError
from components.preprocessors.packing import Sizes, Slice, place_of, slices

PART_PASSAGES = 512
"""Passages after which a text is cut between blocks: 6 MB of vectors. Rare, since no passage spans two parts."""

_PASSAGE_CHARACTERS = 500

_LONGEST_TOKEN = 32
"""Characters, on average, of a passage that a tokenizer reads as words."""

_AT_ONCE = 512
"""Texts tokenised in one call; a whole book's encodings would fill the memory."""

_PLACES_A_PART = 5_000


@dataclass(frozen=True, slots=True)
class PlannedPassage:
    """One passage: ``text[start:end]`` begins in ``block``."""

    start: int
    end: int
    block: Block
    breaks: tuple[int, ...] = ()
    """Where the following pages begin inside it, from its start."""
    section_end: int = 0
    """Up to where the text is shown where the passage's section answers; no further than ``end`` where that is 0."""

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self  # nobody changes it, and pipelines copy their inputs


@dataclass(frozen=True, slots=True)
class Division:
    """How a text is divided.

    Args:
        tokenizer: path of the encoder's ``tokenizer.json``.
        passage_tokens: about how many tokens a passage has.
        overlap_tokens: at most how many of them repeat the end of the passage before.
        max_tokens: what the encoder reads at most, special tokens, title and heading included.
        max_passages: a text of more is refused.
        title: of the document.
        language: ISO 639-1 code, for the ends of sentences.
    """

    tokenizer: str
    passage_tokens: int
    overlap_tokens: int
    max_tokens: int
    max_passages: int
    title: str | None
    language: str

    @property
    def longest(self) -> int:
        """Characters that no passage exceeds."""
        return _LONGEST_TOKEN * (self.max_tokens + 1)


class TokenizerTokens:
    """Counts by a ``tokenizers`` tokenizer."""

    def __init__(self, path: str) -> None:
        check_tokenizer(path)
        self._tokenizer = Tokenizer.from_file(path)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.special = self._tokenizer.num_special_tokens_to_add(False)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        counts: list[int] = []
        for first in range(0, len(texts), _AT_ONCE):
            batch = list(texts[first : first + _AT_ONCE])
            counts.extend(len(found) for found in self._tokenizer.encode_batch_fast(batch, add_special_tokens=False))
        return counts

    def ends(self, text: str) -> list[int]:
        """Where each token of the text ends, in code points."""
        return [end for _, end in self._tokenizer.encode(text, add_special_tokens=False).offsets]


def check_tokenizer(path: str) -> None:
    """See that the tokenizer is there.

    Raises:
        ConfigurationError: it is not.
    """
    if not Path(path).is_file():
        raise ConfigurationError(f"The tokenizer {path} is not a file; give the path of the encoder's tokenizer.json.")


@lru_cache(maxsize=4)
def tokens_of(tokenizer: str) -> TokenizerTokens:
    """The tokenizer of this file, loaded once."""
    return TokenizerTokens(tokenizer)


def estimate(blocks: Iterable[Block]) -> float:
    """About how many passages these blocks give."""
    return sum(map(_estimate, blocks))


def block_groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The blocks in groups of about ``PART_PASSAGES``, in order; a heading stays with what it heads."""
    group: list[Block] = []
    passages = 0.0
    for block in blocks:
        if passages >= PART_PASSAGES and group[-1].kind != "heading":
            yield group
            group, passages = [], 0.0
        group.append(block)
        passages += _estimate(block)
    yield group


def with_words(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks that become passages.

    A heading opens the passage of the text below it, since it may itself be the answer ("Version 3.2"); where it has
    only other headings or a table below, it stands in their ``heading`` alone, and where nothing, by itself.
    """
    kept = []
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            path = (*block.heading, " ".join(text[block.start : block.end].split()))
            below = blocks[number + 1] if number + 1 < len(blocks) else None
            opening = replace(block, kind="text", heading=path)
            if below is not None and below.kind in ("text", "list") and place_of(below) == place_of(opening):
                block = opening
            elif below is not None and below.heading[: len(path)] == path:
                continue
            else:
                block = replace(block, kind="text")
        kept.append(block)
    return kept


Places = list[tuple[int, int, int]]
"""Start and end of each passage, and which of the blocks it begins in."""


def places(text: str, blocks: Sequence[Block], how: Division) -> Places:
    """Divide a text.

    Args:
        text: of one file.
        blocks: from :func:`with_words`.
        how: the sizes.

    Raises:
        InputError: there are too many passages.
    """
    tokens = tokens_of(how.tokenizer)
    sizes = _Sizes(how, tokens)
    number = {block.start: at for at, block in enumerate(blocks)}
    found: Places = []
    for group in block_groups(blocks):
        cut: list[Slice] = slices(text, group, sizes.of, tokens, how.language) if group else []
        found += [(each.start, each.end, number[each.block.start]) for each in cut]
        if len(found) > how.max_passages:
            raise InputError(
                f"gives more than {how.max_passages:,} passages; split it into smaller files, or raise "
                "index.max_file_passages"
            )
    return found


class _Sizes:
    """What title and heading leave of the encoder's limit to the passages of each block."""

    def __init__(self, how: Division, tokens: TokenizerTokens) -> None:
        self._how, self._tokens = how, tokens
        self._by_heading: dict[tuple[str, ...], Sizes] = {}

    def of(self, block: Block) -> Sizes:
        found = self._by_heading.get(block.heading)
        if found is None:
            found = self._by_heading[block.heading] = self._counted(block)
        return found

    def _counted(self, block: Block) -> Sizes:
        how = self._how
        # At least what goes before the passage when it is embedded.
        context = " > ".join(str(part) for part in (how.title, *block.heading) if part)
        (count,) = self._tokens.count([context])
        # An endless heading must not starve its passages: then the encoder cuts them short.
        limit = max(how.max_tokens - self._tokens.special - count, how.max_tokens // 2)
        return Sizes(min(how.passage_tokens, limit), how.overlap_tokens, limit)


# In a process of its own


@dataclass(frozen=True, slots=True)
class _Found:
    places: Places

    def to_parts(self) -> Iterator[Places]:
        for start in range(0, len(self.places), _PLACES_A_PART):
            yield self.places[start : start + _PLACES_A_PART]


def request(text: str, blocks: Sequence[Block], how: Division) -> tuple[dict[str, Any], Iterator[Any]]:
    """The arguments and the parts that :func:`divide` gets."""
    return asdict(how), (part for source in (text_parts(text), block_parts(blocks)) for part in source)


def divide(path: Path, parts: Iterable[Any], **how: Any) -> _Found:
    """:func:`places`, of a text and blocks that come as :func:`request` sends them.

    Raises:
        LoadingError: the text cannot be divided.
    """
    texts: list[str] = []
    blocks: list[Block] = []
    for part in parts:
        if "text" in part:
            texts.append(part["text"])
        else:
            blocks += map(Block.from_dict, part["blocks"])
    return _Found(divided(path, "".join(texts), blocks, Division(**how)))


def divided(path: Path | str, text: str, blocks: Sequence[Block], how: Division) -> Places:
    """:func:`places`, with everything that can go wrong at one text as its ``LoadingError``."""
    try:
        return places(text, blocks, how)
    except InputError as error:
        raise LoadingError(path, str(error)) from error
    except (MemoryError, ConfigurationError):
        raise
    except Exception as error:  # of the segmenter or the tokenizer; none of it may stop a run
        kind = type(error).__name__
        raise LoadingError(path, f"cannot be split into passages ({kind}: {error})") from error


def received_places(parts: Iterable[Any], text: str, blocks: Sequence[Block], how: Division) -> Places:
    """What such a process has sent, checked: the text may have taken it over.

    Raises:
        ValueError, TypeError: no division of the text gives this.
    """
    found: Places = []
    runs = _runs(blocks)
    starts = [block.start for block in blocks]
    last = (0, 0)
    for part in parts:
        for start, end, number in part:
            if not all(type(value) is int for value in (start, end, number)):
                raise TypeError("places are whole numbers")
            inside = 0 <= start < end <= len(text) and 0 <= number < len(blocks)
            if not inside or end - start > how.longest or not (last[0] <= start and last[1] < end):
                raise ValueError("passages are ordered runs of the text")
            last = start, end
            # It says nothing for other readers, and of another row, than its block.
            first, final = bisect_right(starts, start) - 1, bisect_left(starts, end) - 1
            if not (runs[max(first, 0)] == runs[number] == runs[final] and first <= number <= final):
                raise ValueError("passages stand in their blocks")
            found.append((start, end, number))
        if len(found) > how.max_passages:
            raise ValueError("there are no more passages than are allowed")
    return found


def _runs(blocks: Sequence[Block]) -> list[int]:
    """A number for each block, the same for neighbours that may share a passage."""
    numbers: list[int] = []
    for at, block in enumerate(blocks):
        above = blocks[at - 1] if at else None
        goes_on = above is not None and not is_row(block) and not is_row(above) and block.meta == above.meta
        numbers.append(numbers[-1] + (not goes_on) if numbers else 0)
    return numbers


def pieces(blocks: Sequence[Block], bounds: Places) -> list[PlannedPassage]:
    """The passages, with the block that each begins in and the pages' ends inside it."""
    breaks = [turn for block in blocks for turn in block.breaks]
    made = []
    for start, end, number in bounds:
        inside = breaks[bisect_right(breaks, start) : bisect_left(breaks, end)]
        made.append(PlannedPassage(start, end, blocks[number], tuple(turn - start for turn in inside)))
    return made


def _estimate(block: Block) -> float:
    share = (block.end - block.start) / _PASSAGE_CHARACTERS
    return max(1.0, share) if is_row(block) else share
