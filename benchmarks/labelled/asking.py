"""The command, which judges the candidates of each file in another order.

    python benchmarks/labelled/asking.py reversed check PATH...
    python benchmarks/labelled/asking.py 7 check PATH...        # at random, with this seed

The product always asks in text order. Since a file has one evaluator, an answer that depended on what was asked before
would depend on the order.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from flake8_forward_call.cli import main
from flake8_forward_call.inference.verdicts.verdict import Verdict
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate


def ask_in_order(name: str) -> None:
    """Make inference judge the candidates of each file in an order: "reversed", or a seed."""
    judging: Any = import_module("flake8_forward_call.inference.verdicts.judge")
    judge, find = judging.judge, judging.candidates

    def judged(source: Source, found: Sequence[Candidate]) -> list[Verdict]:
        order = _order(len(found), name)
        verdicts = judge(source, [found[index] for index in order])
        return [verdict for _, verdict in sorted(zip(order, verdicts, strict=True), key=lambda pair: pair[0])]

    # The candidates of a file that was read before are found again.
    judging.candidates = lambda *given: [found[index] for found in [find(*given)] for index in _order(len(found), name)]
    judging.judge = judged


def _order(count: int, name: str) -> list[int]:
    order = list(range(count))
    if name == "reversed":
        order.reverse()
    else:
        random.Random(int(name)).shuffle(order)
    return order


if __name__ == "__main__":
    ask_in_order(sys.argv.pop(1))
    sys.exit(main())
