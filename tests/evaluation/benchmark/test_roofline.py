import pytest

from evaluation.benchmark.roofline import mean_pair_tokens, measure_roofline, pair_operations, spread
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
