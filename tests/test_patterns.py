"""Every regular expression of the product is linear: a stranger's text of the longest allowed size takes 20 ms."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import components
import evaluation
import models
import pipelines
import service
import training
import ui
from components.converters.metadata import _glob_pattern
from components.converters.office.number_formats import LONGEST_FORMAT
from components.converters.titles import LONGEST as LONGEST_TITLE
from components.languages.packs import PACKS
from components.patterns import LazyPattern
from components.query.synonyms import _pattern as _synonym_pattern
from components.query.understanding import MAX_CHARACTERS
from tests.hostile_texts import recipes

PACKAGES = (components, pipelines, service, ui, evaluation, training, models)

SECONDS = 0.02
FILE = 50_000
"""Code points of what a pattern may be asked to look through of a file, or of a request's body."""
PASSAGE = 16 * 256
"""Of a passage: what the encoder reads, in characters as the splitter counts them for a token."""

LONGEST = {
    **{f"components.languages.{pack.code}": MAX_CHARACTERS for pack in PACKS if pack.question_rules},
    "components.query.kinds": MAX_CHARACTERS,
    "components.query.filters.inline": MAX_CHARACTERS,
    "components.query.answer_types": PASSAGE,
    "components.converters.asciidoc": 4_000,
    "components.converters.asciidoc_inline": 4_000,
    "components.converters.dialects": 4_000,
    "components.languages.asking": 340,
    "components.languages.detect": 3700,
    "components.converters.html": 2048,
    "components.converters.office.number_formats": LONGEST_FORMAT,
    "components.converters.titles": LONGEST_TITLE,
}
"""What the patterns of a module see at most, where that is less than a file."""

FACTORIES = {
    ("components/patterns.py", "compiled"): "of parts that are collected with the objects of this class",
    ("components/stores/database/explaining.py", "_said"): "called for a table that is collected",
    ("components/query/synonyms.py", "_pattern"): "of the operator's words; samples are below",
    ("components/converters/metadata.py", "_glob_pattern"): "of the operator's names; samples are below",
    ("ui/api/middleware/logs.py", "formatException"): "of the words of one message, each line of it as it is",
    ("evaluation/places.py", "mentions"): "of the words of one answer, each as it is",
}
"""Which functions make patterns of what they are given, and of what."""


def modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__") and ".migrations" not in found.name:  # they run when imported
            yield importlib.import_module(found.name)


def patterns_in(value: Any, seen: set[int]) -> Iterator[re.Pattern[Any]]:
    """The patterns that a value is or holds, in containers, in objects of the product's and in its classes."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, LazyPattern):
        yield value.compiled
    elif isinstance(value, Mapping):
        for item in (*value.keys(), *value.values()):
            yield from patterns_in(item, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from patterns_in(item, seen)
    elif isinstance(value, type) and is_own(value.__module__):
        for item in vars(value).values():
            yield from patterns_in(item, seen)
    elif is_dataclass(value) and not isinstance(value, type) and is_own(type(value).__module__):
        for each in fields(value):
            yield from patterns_in(getattr(value, each.name, None), seen)


def is_own(module: str) -> bool:
    return module.partition(".")[0] in {package.__name__ for package in PACKAGES}


def patterns_of(modules_: Iterable[ModuleType]) -> dict[str, tuple[re.Pattern[Any], int]]:
    """By a name: the patterns of modules, each with the longest text that it may see."""
    found: dict[str, tuple[re.Pattern[Any], int]] = {}
    seen: set[int] = set()
    # What several modules hold is asked of the shortest texts: the rules of a language's questions, in its pack.
    for module in sorted(modules_, key=lambda module: LONGEST.get(module.__name__, FILE)):
        inside = [pattern for value in list(vars(module).values()) for pattern in patterns_in(value, seen)]
        for number, pattern in enumerate(inside):
            found[f"{module.__name__}-{number}"] = pattern, LONGEST.get(module.__name__, FILE)
    return found


def too_slow(patterns: Mapping[str, tuple[re.Pattern[Any], int]]) -> list[str]:
    """What is wrong with each that is not linear."""
    wrong = []
    for name, (pattern, longest) in patterns.items():
        if (found := slowest(pattern, longest)) is not None:
            taken, made_of, length = found
            wrong.append(f"{name} {pattern.pattern!r}: {taken:.3f} s for {made_of}, {length:,} code points")
    return wrong


def lengths(longest: int) -> Iterator[int]:
    """Small steps at first: what takes exponential time is noticed before it takes a day."""
    length = 16
    while length < longest:
        yield length
        length = int(length * (1.5 if length < 80 else 5))
    yield longest


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, the best of three, unless the first is fast enough."""
    best = float("inf")
    for _ in range(3):
        begin = time.thread_time()
        work()
        best = min(best, time.thread_time() - begin)
        if best < SECONDS:
            break
    return best


def slowest(pattern: re.Pattern[Any], longest: int) -> tuple[float, str, int] | None:
    """The first text that takes too long: seconds, what it is made of, and its length."""
    is_bytes = isinstance(pattern.pattern, bytes)
    given = re.compile(pattern.pattern.decode("latin-1"), pattern.flags) if is_bytes else pattern
    for before, unit, end in recipes(given):
        for length in lengths(longest):
            text: Any = before + unit * max(1, (length - len(before) - len(end)) // len(unit)) + end
            text = text.encode("utf-8") if is_bytes else text
            for work in (
                lambda text=text: sum(1 for _ in pattern.finditer(text)),
                lambda text=text: pattern.fullmatch(text),
            ):
                taken = seconds(work)
                if taken > SECONDS:
                    return taken, f"{before!r} + {unit!r} * n + {end!r}", length
    return None


@pytest.mark.parametrize("name", [name for name, longest in LONGEST.items() if longest == MAX_CHARACTERS])
def test_a_hostile_question_takes_no_time(name: str) -> None:
    patterns = patterns_of([importlib.import_module(name)])
    assert patterns
    assert too_slow(patterns) == []


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_a_hostile_text_takes_no_time(package: ModuleType) -> None:
    patterns = patterns_of(modules(package))
    others = {name: found for name, found in patterns.items() if found[1] != MAX_CHARACTERS}
    assert too_slow(others) == []


def test_patterns_made_of_an_operator_s_words_are_linear() -> None:
    samples = [_glob_pattern(glob) for glob in ("*.pdf", "**/*.md", "a/**/b/*.txt")]
    samples += [_synonym_pattern(words, exact=False) for words in ("VPN", "virtual private network", "a - a a-a a")]
    assert too_slow({f"sample-{number}": (pattern, MAX_CHARACTERS) for number, pattern in enumerate(samples)}) == []


def test_every_pattern_is_compiled_where_its_module_begins() -> None:
    made = {
        (path, function)
        for package in PACKAGES
        for file in sorted(Path(package.__path__[0]).rglob("*.py"))
        for path in [str(file.relative_to(Path(package.__path__[0]).parent))]
        for function in makers_of_patterns(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert made == set(FACTORIES)


def makers_of_patterns(tree: ast.Module) -> Iterator[str]:
    """The functions that make a pattern, and those that use one of the module's functions that take it as a text."""
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.ImportFrom) and node.module == "re"), f"line {node.lineno}: from re import"
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(call): function.name for function in functions for call in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := function_of_re(node)) is not None:
            if id(node) in inside:
                yield inside[id(node)]
            else:
                assert name == "compile", f"line {node.lineno}: re.{name} outside a function"


def function_of_re(call: ast.Call) -> str | None:
    """``search`` of ``re.search(...)``; what makes no pattern is none."""
    called = call.func
    is_of_re = isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re"
    return called.attr if is_of_re and called.attr not in ("escape", "purge") else None
