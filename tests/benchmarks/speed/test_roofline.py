import pytest

from benchmarks.speed.roofline import distances, mean_pair_tokens, measure_roofline, pair_operations, spread
from benchmarks.speed.systems import System, chosen_systems
from pipelines.settings import Settings


def test_operations_of_a_pair_by_hand() -> None:
    # One layer, hidden 2, inner 4, 3 tokens: per token 4 matrices of 2 x 2 and 2 of 2 x 4 are 32 multiplications with
    # as many additions, 64; scores and weighted values with 3 tokens are 2 x 2 x 3 multiplications with additions, 24.
    assert pair_operations({"layers": 1, "hidden": 2, "inner": 4}, 3) == 3 * (64 + 24)
    assert pair_operations({"layers": 5, "hidden": 2, "inner": 4}, 3) == 5 * 3 * (64 + 24)


def test_the_length_of_a_pair_is_that_of_both_and_three_special_tokens(tiny_settings: Settings) -> None:
    # The vocabulary has each of these words.
    assert mean_pair_tokens(tiny_settings, ["who wrote", "who wrote faust in"], ["goethe wrote faust"]) == 3 + 3 + 3


def test_some_texts_stand_for_many() -> None:
    texts = [str(number) for number in range(2000)]
    assert spread(texts)[:2] == ["0", "4"]
    assert len(spread(texts)) == 500
    assert spread(texts[:3]) == texts[:3]


def test_the_limits_of_a_question_follow_from_the_rates(tiny_settings: Settings) -> None:
    found = measure_roofline(tiny_settings, pair_tokens=20)
    rates, question = found["operations_per_second"], found["question"]
    assert set(rates) == {"numpy_fp32", "openvino_fp32", "openvino_int8"}
    assert all(rate > 0 for rate in (*rates.values(), found["tokens_per_second"], found["python_calls_per_second"]))
    assert found["model"] == {"hidden": 32, "inner": 64, "layers": 1}
    assert question["operations"] == 30 * pair_operations(found["model"], 20)
    best = question["milliseconds_at_best"]
    assert best["int8"] == pytest.approx(1000 * question["operations"] / rates["openvino_int8"])
    assert best["fp32"] == pytest.approx(
        1000 * question["operations"] / max(rates["numpy_fp32"], rates["openvino_fp32"])
    )


def test_the_distance_counts_the_pairs_that_a_system_runs(tiny_settings: Settings) -> None:
    roofline = {
        "operations_per_second": {"numpy_fp32": 50.0, "openvino_fp32": 100.0, "openvino_int8": 1000.0},
        "question": {"operations": 300.0, "pairs": 30},
    }
    systems = [
        *chosen_systems(["stock", "quaere-same-work", "bm25s"]),
        System("ten", "quaere", {"search.candidates": 10}),
    ]
    systems.append(System("bytes", "quaere", {"models.precision": "int8"}))
    asking = {system.name: {"milliseconds": {"total": {"median": 8000.0}}} for system in systems}
    found = distances(systems, tiny_settings, roofline, asking)
    # Ten operations a pair: 40 pairs take 4 s at 100 a second; 10 pairs 1 s; 30 pairs in bytes 0.3 s.
    assert found == {
        "stock": {"pairs": 40, "milliseconds_at_best": 4000.0, "share": 0.5},
        "quaere-same-work": {"pairs": 40, "milliseconds_at_best": 4000.0, "share": 0.5},
        "ten": {"pairs": 10, "milliseconds_at_best": 1000.0, "share": 0.125},
        "bytes": {"pairs": 30, "milliseconds_at_best": 300.0, "share": 0.0375},
    }
