"""Mining of negatives, over a real index and the tiny models."""

import json

import pytest

from components.errors import ConfigurationError, InputError
from components.models.encoder import ModelOptions, pair_encoder
from components.passages import Pair
from pipelines.settings import Settings
from training.data.example import Example, read_examples
from training.mining import ABOVE, HOLDS_ANSWER, MiningOptions, mine

WORDS = ["faust", "goethe", "paris", "france", "capital", "reset", "pump", "code"]


def examples():
    """Eight questions; the answer to the first stands in the passage of the second as well."""
    made = []
    for number, word in enumerate(WORDS):
        other = WORDS[(number + 3) % 8] if number != 1 else WORDS[3]
        passage = f"The {word} is in the {other}."
        start = passage.index(other, 8)
        made.append(
            Example(str(number), f"where is the {word}", passage, f"Title {number}", ((start, start + len(other)),))
        )
    return [*made, Example("none", "who was it", "The faust is in the france.", "Title 0")]


@pytest.fixture
def settings(tiny_models, tmp_path):
    joint = str(tiny_models["joint"])
    return Settings.load(
        {
            "data": tmp_path / "work",
            "models.embedder": str(tiny_models["embedder"]),
            "models.ranker": joint,
            "models.reader": joint,
            "models.precision": "fp32",
        }
    )


def negatives(path):
    return {row["id"]: row.get("negatives", []) for row in map(json.loads, path.read_text().splitlines())}


def test_negatives_are_found_passages_that_lack_the_answer(settings, tmp_path):
    out = tmp_path / "mined.jsonl"
    mined = mine(examples(), settings, MiningOptions(negatives=10, rerank=False), out)
    found = negatives(out)
    passages = {each.passage for each in examples()}
    for each in examples()[:-1]:
        expected = {p for p in passages - {each.passage} if each.answers[0] not in p.rstrip(".").split()}
        assert set(found[each.id]) == expected
    assert found["none"] == []
    assert mined.dropped[HOLDS_ANSWER] == sum(7 - len(found[str(number)]) for number in range(8))
    assert (mined.questions, mined.negatives) == (8, sum(map(len, found.values())))


def test_the_file_is_read_again_as_the_examples_that_it_was_made_of(settings, tmp_path):
    out = tmp_path / "mined.jsonl"
    whole = Example("w", "what is the pump", "Ask for the code.", spans=((0, 17),), whole=True)
    mine([*examples(), whole], settings, MiningOptions(negatives=2, rerank=False), out)
    again = read_examples([out]).examples
    assert [each.id for each in again] == [each.id for each in [*examples(), whole]]
    for one, other in zip([*examples(), whole], again, strict=True):
        facts = ("question", "passage", "title", "spans", "whole")
        assert [getattr(one, name) for name in facts] == [getattr(other, name) for name in facts]
    assert all(len(each.negatives) == (2 if each.spans else 0) for each in again)


def test_what_the_reranker_puts_above_the_right_passage_is_dropped(settings, tmp_path):
    everything, judged = tmp_path / "everything.jsonl", tmp_path / "judged.jsonl"
    mine(examples(), settings, MiningOptions(negatives=10, rerank=False), everything)
    other = settings.with_values({"data": tmp_path / "other"})
    mined = mine(examples(), other, MiningOptions(negatives=10), judged)
    encoder = pair_encoder(settings.models.ranker, "ranker", ModelOptions(precision="fp32"))
    titles = {each.passage: each.title for each in examples()}

    def score(question, passage):
        return encoder.encode([Pair(question, passage, titles[passage])])[0].relevance

    for each in examples()[:-1]:
        least = score(each.question, each.passage)
        expected = [p for p in negatives(everything)[each.id] if score(each.question, p) <= least]
        assert negatives(judged)[each.id] == expected
    assert mined.dropped[ABOVE] > 0
    third = settings.with_values({"data": tmp_path / "third"})
    assert mine(examples(), third, MiningOptions(negatives=10, margin=1e6), judged).negatives == 0


def test_depth_skip_and_negatives_bound_what_is_taken(settings, tmp_path):
    found = {}
    for name, options in {
        "all": MiningOptions(negatives=10, rerank=False),
        "skip": MiningOptions(negatives=10, rerank=False, skip=2),
        "depth": MiningOptions(negatives=10, rerank=False, depth=3),
        "few": MiningOptions(negatives=1, rerank=False),
    }.items():
        out = tmp_path / f"{name}.jsonl"
        mine(examples(), settings.with_values({"data": tmp_path / name}), options, out)
        found[name] = negatives(out)["5"]
    assert found["few"] == found["all"][:1]
    assert set(found["skip"]) < set(found["all"])
    assert found["depth"] == found["all"][: len(found["depth"])]
    assert len(found["depth"]) <= 3 < len(found["all"])


def test_other_right_passages_of_a_question_are_no_negatives(settings, tmp_path):
    twice = [*examples(), Example("again", "Where is the faust?", "Faust is there.", spans=((9, 14),))]
    out = tmp_path / "mined.jsonl"
    mine(twice, settings, MiningOptions(negatives=20, rerank=False), out)
    assert "Faust is there." not in negatives(out)["0"]
    assert "Faust is there." in negatives(out)["1"]


def test_an_interrupted_run_goes_on(settings, tmp_path):
    out, asked = tmp_path / "mined.jsonl", []

    def stop(done):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mine(examples(), settings, MiningOptions(rerank=False), out, stop)
    assert not out.exists()
    before = (settings.data / "rows.jsonl").read_text()
    mine(examples(), settings, MiningOptions(rerank=False), out, asked.append)
    assert (settings.data / "rows.jsonl").read_text().startswith(before)
    assert asked == [1, 2, 3, 4, 5, 6, 7, 8]
    with pytest.raises(ConfigurationError, match="rows made with"):
        mine(examples(), settings, MiningOptions(rerank=False, skip=1), out)


def test_nothing_to_mine_for_is_refused(settings, tmp_path):
    with pytest.raises(InputError, match="nothing to find wrong passages for"):
        mine(examples()[-1:], settings, MiningOptions(), tmp_path / "mined.jsonl")
