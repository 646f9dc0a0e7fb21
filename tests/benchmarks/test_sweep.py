"""The proof in the sweep: it detects each kind of harm by a rewrite, and a correct rewrite is none."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

PROGRAM = b"""\
import torch  # c1

def f(m, x):
    y = m.forward(x)  # c2
    z = (m  # c3
         .forward(y))
    return y.forward, super().forward(z), x.forward
"""
REWRITTEN = PROGRAM.replace(b"m.forward(x)", b"m(x)").replace(b".forward(y)", b"(y)")
ENDS = {(4, 18), (6, 18)}


@pytest.fixture
def proof(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from swept import proof

    return proof


@pytest.fixture
def renaming(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from swept import renaming

    return renaming


def test_the_right_rewrite_is_no_fault(proof: ModuleType) -> None:
    assert list(proof.faults(PROGRAM, REWRITTEN, ENDS)) == []
    assert list(proof.faults(PROGRAM, PROGRAM, set())) == []


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        pytest.param(REWRITTEN.replace(b"m(x)", b"m(x"), "does not parse", id="syntax"),
        pytest.param(REWRITTEN.replace(b"m(x)", b"m.forward(x)"), "another tree", id="one left"),
        pytest.param(REWRITTEN.replace(b"y.forward", b"y"), "another tree", id="one too many"),
        pytest.param(REWRITTEN.replace(b"m(x)", b"m(y)"), "another tree", id="argument"),
        pytest.param(REWRITTEN.replace(b"c3", b"c4"), "other comments", id="comment"),
        pytest.param(REWRITTEN.replace(b"  # c3", b""), "other comments", id="comment gone"),
        pytest.param(REWRITTEN.replace(b"y = m(x)", b"y = (m(x))"), "other tokens", id="parentheses"),
        pytest.param(REWRITTEN.replace(b"# c1", b"# c1 "), "other comments", id="blank in a comment"),
        pytest.param(REWRITTEN.replace(b"f(m, x)", b"f(m,  x)"), "a line above row 4 changed", id="blank"),
        pytest.param(REWRITTEN.replace(b"return y", b"return  y"), "a line above row 8 changed", id="blank below"),
        pytest.param(REWRITTEN.replace(b"(y))\n", b"(y))\n\n"), "a line end that was not there", id="line too many"),
        pytest.param(b"\n" + REWRITTEN, "a line above row 4 changed", id="line too many above"),
        pytest.param(REWRITTEN.replace(b"\n", b"\r\n", 1), "a line end that was not there", id="line end"),
        pytest.param(REWRITTEN[:-1], "another end of the file", id="no final line end"),
        pytest.param(b"\xef\xbb\xbf" + REWRITTEN, "another encoding", id="byte-order mark"),
        pytest.param(b"# coding: latin-1\n" + REWRITTEN, "another encoding", id="cookie"),
    ],
)
def test_harm_is_seen(proof: ModuleType, new: bytes, fault: str) -> None:
    assert any(fault in one for one in proof.faults(PROGRAM, new, ENDS)), list(proof.faults(PROGRAM, new, ENDS))


def test_a_use_that_should_have_gone_is_missed(proof: ModuleType) -> None:
    assert "2 uses of forward() went, where 3 should" in list(proof.faults(PROGRAM, REWRITTEN, {*ENDS, (9, 1)}))


@pytest.mark.parametrize(
    ("old", "new", "ends", "sound"),
    [
        (b'f"{a.forward(b)} {c}"\n', b'f"{a(b)} {c}"\n', {(1, 13)}, True),
        (b'f"{a.forward(b)} {c}"\n', b'f"{a(b)}  {c}"\n', {(1, 13)}, False),
        (b'f"{a.forward(b)} {c}"\n', b'f"{a(c)} {c}"\n', {(1, 13)}, False),
        (b'"a.forward(b)"\n', b'"a(b)"\n', {(1, 11)}, False),
    ],
)
def test_what_stands_in_a_string_is_compared(
    proof: ModuleType, old: bytes, new: bytes, ends: set[tuple[int, int]], sound: bool
) -> None:
    assert (list(proof.faults(old, new, ends)) == []) is sound


def test_the_methods_called_most_get_the_name(renaming: ModuleType) -> None:
    program = "from .import (d)\nx.é.b(x. b(1)); y.c(2); y.c\nfrom a.b import c\nprint('x.b()', b)\n"
    expected = "from .import (d)\nx.é.forward(x. forward(1)); y.c(2); y.c\nfrom a.forward import c\nprint('x.b()', b)\n"
    assert renaming.renamed(program.encode(), 1).decode() == expected
