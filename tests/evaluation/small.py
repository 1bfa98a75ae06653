"""A small corpus with questions of every kind, and settings with the tiny models."""

import json

from pipelines.settings import Settings

TEXTS = ["Goethe wrote Faust in France.", "The capital of France is Paris.", "Reset the pump, code E-1047."]
QUESTIONS = [("who wrote faust", "Goethe"), ("what is the capital of france", "Paris"), ("what code", "E-1047")]


def squad(impossible=()):
    """SQuAD-like data, three questions, and one without an answer for each given text."""
    paragraphs = [
        {
            "context": text,
            "qas": [
                {"id": f"q{n}", "question": asked, "answers": [{"text": words, "answer_start": text.index(words)}]}
            ],
        }
        for n, (text, (asked, words)) in enumerate(zip(TEXTS, QUESTIONS, strict=True))
    ]
    for number, asked in enumerate(impossible):
        record = {"id": f"none{number}", "question": asked, "answers": [], "is_impossible": True}
        paragraphs[0]["qas"].append(record)
    return {"data": [{"title": "All", "paragraphs": paragraphs}]}


def write_squad(path, impossible=()):
    path.write_text(json.dumps(squad(impossible)), "utf-8")
    return path


def small_settings(tiny_models, data, others=None):
    return Settings.load(
        {
            "data": data,
            "models.embedder": str(tiny_models["embedder"]),
            "models.ranker": str(tiny_models["joint"]),
            "models.reader": str(tiny_models["joint"]),
            "models.precision": "fp32",
            "index.passage_tokens": 40,
            "index.overlap_tokens": 0,
            **(others or {}),
        }
    )
