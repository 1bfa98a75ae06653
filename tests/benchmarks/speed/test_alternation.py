import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.speed.alternation import blocks, turns


def test_the_next_system_begins_each_round() -> None:
    assert turns("abc", 4) == [list("abc"), list("bca"), list("cab"), list("abc")]
    assert turns("a", 2) == [["a"], ["a"]]
    assert turns("ab", 0) == []


@given(st.integers(1, 6), st.integers(1, 6))
def test_every_system_has_one_turn_a_round_and_every_place_as_often(systems: int, times: int) -> None:
    orders = turns(range(systems), systems * times)
    assert all(sorted(order) == list(range(systems)) for order in orders)
    for place in range(systems):
        assert [order[place] for order in orders].count(0) == times


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (3, [3]), (20, [20]), (29, [29]), (30, [20, 10]), (45, [20, 25]), (60, [20, 20, 20])]
)
def test_a_short_rest_joins_the_block_before(count: int, sizes: list[int]) -> None:
    assert [len(block) for block in blocks(range(count), 20)] == sizes


@given(st.lists(st.integers(), max_size=60), st.integers(1, 20))
def test_blocks_hold_everything_in_order(items: list[int], size: int) -> None:
    assert [item for block in blocks(items, size) for item in block] == items
