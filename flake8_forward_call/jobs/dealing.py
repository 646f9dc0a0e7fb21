"""Which file goes to which process.

What inference finds out about one file helps with its neighbours: they import the same modules. So each process gets a
row of neighbours, and takes them from its front. One that has finished its row helps with the longest of the others,
from its end, so that they do not meet before all is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


class Deal:
    """Numbers from 0 on, one for each size, dealt to hands in rows of about the same total size."""

    def __init__(self, sizes: Sequence[int], hands: int) -> None:
        self._sizes = sizes
        self._rows: list[deque[int]] = [deque() for _ in range(hands)]
        self._left = [0] * hands
        total, before = sum(sizes) or 1, 0
        for number, size in enumerate(sizes):
            # The hand into whose share the middle of this one falls.
            hand = min(hands - 1, (2 * before + size) * hands // (2 * total))
            self._rows[hand].append(number)
            self._left[hand] += size
            before += size
        self._again: deque[int] = deque()

    def next(self, hand: int) -> int | None:
        """The next number for a hand; None if there is none left."""
        row = self._rows[hand]
        if row:
            return self._taken(hand, row.popleft())
        longest = max((one for one in range(len(self._rows)) if self._rows[one]), key=self._size, default=None)
        if longest is not None:
            return self._taken(longest, self._rows[longest].pop())
        return self._again.popleft() if self._again else None

    def again(self, number: int) -> None:
        """Deal a number once more, after all others."""
        self._again.append(number)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return not self._again and not any(self._rows)

    def _size(self, hand: int) -> int:
        return self._left[hand]

    def _taken(self, hand: int, number: int) -> int:
        self._left[hand] -= self._sizes[number]
        return number
