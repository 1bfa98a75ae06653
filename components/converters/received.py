"""What a process of its own sent of a file -> ``Extracted``, checked part by part: the file may have taken it over.

Whatever is refused here is a ``ValueError``, ``TypeError`` or ``KeyError``. Knows no process and no file format.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, get_args

from components.converters.extracted import Block, BlockKind, Extracted
from components.converters.limits import Limits, is_row
from components.converters.metadata import validate
from components.errors import InputError

_KINDS = frozenset(get_args(BlockKind))
_MOST_BOXES = 1 << 27


def extracted_from(parts: Iterable[Any], limits: Limits) -> Extracted:
    """Invert :meth:`Extracted.to_parts`.

    Raises:
        ValueError, TypeError, KeyError: no parser gives this.
    """
    head, text, blocks, boxes = gathered(parts, limits)
    for name in ("format", "title"):
        _check(isinstance(head[name], str) or (name == "title" and head[name] is None), "names are texts")
    pages = head["pages"]
    _check(pages is None or (type(pages) is int and pages > 0), "the number of pages is a whole number")
    _check_fields(head["meta"])
    _check(bool(blocks), "a text has blocks")
    limits.check(text, blocks)
    return Extracted(
        text, tuple(blocks), head["title"], head["meta"], head["format"], boxes if head["has_boxes"] else None, pages
    )


def gathered(parts: Iterable[Any], limits: Limits) -> tuple[dict[str, Any], str, list[Block], bytes]:
    """Head, text, blocks and boxes; no more of each than the limits allow, whatever comes."""
    head: dict[str, Any] = {}
    texts: list[str] = []
    blocks: list[Block] = []
    boxes = bytearray()
    length = rows = 0
    for part in parts:
        if "text" in part:
            _check(isinstance(part["text"], str), "a text is a text")
            texts.append(part["text"])
            length += len(part["text"])
        elif "blocks" in part:
            found = [_block(block, length) for block in part["blocks"]]
            blocks += found
            rows += sum(map(is_row, found))
        elif "boxes" in part:
            boxes += b64decode(part["boxes"], validate=True)
        else:
            head = dict(part)
        limits.check_size(length, len(blocks), rows)
        _check(len(boxes) <= _MOST_BOXES, "boxes take some bytes a character")
    _check(all(above.end <= below.start for above, below in pairwise(blocks)), "blocks stand in order")
    return head, "".join(texts), blocks, bytes(boxes)


def _block(data: Mapping[str, Any], length: int) -> Block:
    """A block of a text of this length."""
    block = Block.from_dict(data)
    places = [block.start, *([] if block.question_end is None else [block.question_end]), *block.breaks, block.end]
    whole = all(type(place) is int for place in places) and all(
        number is None or (type(number) is int and number > 0) for number in (block.page, block.row)
    )
    _check(whole, "offsets, pages and rows are whole numbers")
    _check(0 <= block.start < block.end <= length and places == sorted(places), "blocks are runs of the text")
    _check(block.kind in _KINDS and all(isinstance(title, str) for title in block.heading), "blocks have known kinds")
    if block.meta:
        _check_fields(block.meta)
    return block


def _check_fields(fields: Any) -> None:
    _check(isinstance(fields, dict), "metadata are fields")
    try:
        _check(validate(fields, "the file") == fields, "metadata are normalised")
    except InputError as error:
        raise ValueError(str(error)) from error


def _check(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(rule)
