"""A tiny question file, tiny models and tasks over them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.speed.corpus import Corpus, make_corpus
from benchmarks.speed.quaere import settings_for_systems
from benchmarks.speed.systems import System, Task
from evaluation.data.squad import read_questions
from pipelines.settings import Settings

# Too long for two of them to share a passage.
TEXTS = [
    "Goethe wrote Faust in France, where the code of the pump is to reset the pump.",
    "The capital of France is Paris, and who is in Paris is in the capital of France.",
    "Reset the pump, code E-1047, and the pump is to reset what the code is of.",
]
OTHERS = [
    "A pump is in the capital of France and the code is what the pump is to reset.",
    "The code of a pump is E 2, and what is in the pump is in the capital of Paris.",
]
ASKED = [("who wrote faust", "Goethe"), ("what is the capital of france", "Paris"), ("what code", "E-1047")]


def squad(texts: list[str], asked: list[tuple[str, str]]) -> dict[str, Any]:
    """One article; every text is a paragraph with one question."""
    paragraphs = [
        {
            "context": text,
            "qas": [
                {
                    "id": f"q{number}",
                    "question": question,
                    "answers": [{"text": word, "answer_start": text.index(word)}],
                }
            ],
        }
        for number, (text, (question, word)) in enumerate(zip(texts, asked, strict=True))
    ]
    return {"data": [{"title": "All", "paragraphs": paragraphs}]}


@pytest.fixture
def questions_file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.json"
    path.write_text(json.dumps(squad(TEXTS, ASKED)), "utf-8")
    return path


@pytest.fixture
def others_file(tmp_path: Path) -> Path:
    path = tmp_path / "more.tsv"
    path.write_text("".join(f"{row}\n" for row in ["title\ttext", *(f"Pumps\t{text}" for text in OTHERS)]), "utf-8")
    return path


@pytest.fixture
def tiny_settings(tiny_models: dict[str, Path], tmp_path: Path) -> Settings:
    models = {role: tiny_models["joint"] for role in ("ranker", "reader")} | {"embedder": tiny_models["embedder"]}
    return Settings.load(
        {
            **{f"models.{role}": str(folder) for role, folder in models.items()},
            "data": tmp_path / "unused",
            "models.precision": "fp32",
            "index.passage_tokens": 24,
            "index.overlap_tokens": 0,
        }
    )


@pytest.fixture
def corpus(questions_file: Path, others_file: Path, tiny_settings: Settings, tmp_path: Path) -> Corpus:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return make_corpus(read_questions(questions_file), [others_file], tiny_settings, folder)


@pytest.fixture
def task_of(corpus: Corpus, tiny_settings: Settings, tmp_path: Path) -> Callable[..., Task]:
    def make(system: System, **more: Any) -> Task:
        settings: Mapping[str, Any] = settings_for_systems(tiny_settings)
        folder = tmp_path / "index" / system.name
        folder.mkdir(parents=True, exist_ok=True)
        return Task(system, folder, corpus.passages, settings, **more)

    return make
