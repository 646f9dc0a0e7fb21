"""The benchmarks of orders and of chains ask what they say that they ask."""

from __future__ import annotations

import ast
from itertools import combinations
from pathlib import Path
from types import ModuleType

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference.verdicts import judge as judging
from flake8_forward_call.inference.verdicts.verdict import Verdict
from flake8_forward_call.sources.source import Source

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)


@pytest.fixture
def chains() -> ModuleType:
    from large import chains

    return chains


def test_each_value_of_what_must_not_matter_meets_each_value_of_the_others() -> None:
    from labelled.runs import WAYS

    ways = [(way.seed, way.cache, way.files, way.questions) for way in WAYS]
    assert len(ways) == 9
    assert all(len({(way[one], way[other]) for way in ways}) == 9 for one, other in combinations(range(4), 2))


@pytest.mark.parametrize("order", ["reversed", "7"])
def test_questions_are_asked_in_another_order_and_answered_in_that_of_the_text(
    order: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from labelled.asking import ask_in_order

    asked: list[int] = []
    judge_one = judging.judge_one

    def recorded(*given: object) -> Verdict:
        asked.append(given[1].attribute.lineno)  # type: ignore[attr-defined]
        return judge_one(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(judging, "judge_one", recorded)
    monkeypatch.setattr(judging, "candidates", judging.candidates)  # type: ignore[attr-defined]  # So that both are undone.
    monkeypatch.setattr(judging, "judge", judging.judge)
    ask_in_order(order)
    rows = range(3, 9)
    text = "from torch import nn\nnet = nn.ReLU()\n" + "".join(
        f"{'net' if row % 2 else 'other'}.forward({row})\n" for row in rows
    )
    found = analyse(Source(str(tmp_path / "a.py"), text))
    assert [(one.code, one.start.row) for one in found] == [("FWD001", row) for row in rows if row % 2]
    assert asked != sorted(asked) == list(rows)


def test_each_chain_asks_at_both_ends_in_both_orders(chains: ModuleType) -> None:
    for chain in chains.CHAINS:
        for far_first in (True, False):
            files = chain.make(6, far_first)
            marks = list(chains.marked(files).values())
            assert sorted(marks) == ["far", "middle", "near"], chain.name
            assert all(ast.parse(text) for text in files.values() if text), chain.name
            if len({name for name, _ in chains.marked(files)}) == 1:
                assert marks == (["far", "middle", "near"] if far_first else ["near", "middle", "far"]), chain.name


def test_a_chain_without_an_answer_has_a_longest_with_one(monkeypatch: pytest.MonkeyPatch, chains: ModuleType) -> None:
    from large import answers

    def faults(_: object, links: int) -> tuple[list[str], float]:
        return (["not found: far"] if links > 47 else []), 1.0

    monkeypatch.setattr(answers, "chain_faults", faults)
    longest, _, wrong = answers.longest(chains.Chain("any", lambda links, far_first: {}, links=300))
    assert 43 <= longest <= 47
    assert wrong == ["not found: far"]


def test_what_is_not_found_is_a_fault_and_so_is_what_is_lost() -> None:
    from large.answers import tangle_faults
    from large.tangles import Tangle

    text = "from torch import nn\n\nnet = nn.ReLU()\nnet.forward(1)  # found\nother.forward(1)  # found\n"
    faults, cost = tangle_faults(Tangle("any", lambda size: {"a.py": text, "b.py": "net.forward(\n"}, 1), 1)
    assert faults == ["1 FWD900", "not found: found"]
    assert cost.seconds < 30
