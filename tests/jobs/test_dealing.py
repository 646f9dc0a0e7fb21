"""Files are dealt in rows of neighbours, each exactly once, and nobody waits while there is something left."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flake8_forward_call.jobs.dealing import Deal


@given(st.lists(st.integers(0, 1_000_000), max_size=60), st.integers(1, 7), st.data())
def test_each_number_is_dealt_once_whoever_asks(sizes: list[int], hands: int, data: st.DataObject) -> None:
    deal = Deal(sizes, hands)
    dealt: list[int] = []
    while not deal.is_over:
        number = deal.next(data.draw(st.integers(0, hands - 1)))
        assert number is not None
        dealt.append(number)
    assert sorted(dealt) == list(range(len(sizes)))
    assert [deal.next(hand) for hand in range(hands)] == [None] * hands


def test_each_hand_takes_neighbours_and_then_helps_from_the_end() -> None:
    deal = Deal([10] * 6, 2)
    assert [deal.next(0) for _ in range(3)] == [0, 1, 2]
    assert deal.next(1) == 3
    assert deal.next(0) == 5
    assert deal.next(1) == 4


def test_rows_have_the_same_size_in_bytes() -> None:
    deal = Deal([90, 10, 10, 10, 10, 10, 10, 10, 10, 10], 2)
    assert deal.next(0) == 0
    assert deal.next(1) == 1


def test_what_is_dealt_again_comes_after_all_others() -> None:
    deal = Deal([1, 1, 1], 1)
    assert deal.next(0) == 0
    deal.again(0)
    assert [deal.next(0) for _ in range(4)] == [1, 2, 0, None]
