"""Real programs with random damage: both doors report the same findings or FWD900, and never an exception."""

from __future__ import annotations

import ast
import io
import re
from contextlib import suppress

from golden import FIXTURES
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.selection import Selection, everywhere
from flake8_forward_call.fixing.proposing import rewrite
from flake8_forward_call.plugin import Plugin
from flake8_forward_call.sources.source import Source, SourceError

EVERYTHING = Selection(select=("FWD",))
PROGRAMS = [
    data for path in sorted(FIXTURES.rglob("*.py")) if b".forward" in (data := path.read_bytes()) and len(data) < 4000
]
PIECES = [
    b".forward(", b"forward", b"__call__", b"(", b")", b"[", b"}", b"'", b'"""', b"\\\n", b"\r", b"\n", b"\x0c", b"\t",
    b"  ", b"# noqa", b"# type: ignore\n", b"# type: (int) -> ", b"self", b"super()", b"lambda:", b"*", b":=", b"f'{",
    b"async ", b"del ", b"global self\n", b"\0", b"\xff", b"\xc3\xa9", b"\xe2\x80\xa8", b"\xef\xbb\xbf",
    b"\xf0\x9f\x98\x80", b"# coding: latin-1\n", b"class Net(Net): pass\n", b"import ", b"from . import *\n",
    b"= self = ", b"@", b"1_", b"0",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A program of the fixtures in which lines or pieces are deleted, doubled, swapped, inserted, or cut off."""
    data = draw(st.sampled_from(PROGRAMS))
    for _ in range(draw(st.integers(0, 4))):
        lines = data.splitlines(keepends=True) or [b""]
        row, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        at, until = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        until = min(until, at + 20)
        match draw(st.integers(0, 6)):
            case 0:
                del lines[row]
                data = b"".join(lines)
            case 1:
                data = b"".join([*lines[:row], lines[row], *lines[row:]])
            case 2:
                lines[row], lines[other] = lines[other], lines[row]
                data = b"".join(lines)
            case 3:
                data = data[:until]
            case 4:
                data = data[:at] + data[until:]
            case 5:
                data = data[:at] + draw(st.sampled_from(PIECES)) + data[at:]
            case _:
                data = data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at:]
    return data


def flake8_lines(data: bytes) -> list[str]:
    """The lines that flake8 passes to a plugin."""
    encoding = "latin-1"  # flake8's fallback for undecodable files.
    with suppress(SourceError):
        encoding = Source.from_bytes("net.py", data).encoding
    lines = io.TextIOWrapper(io.BytesIO(data), encoding, line_buffering=True).readlines()
    if lines and lines[0].startswith("\ufeff"):
        lines[0] = lines[0][1:]
    return lines


def from_flake8(data: bytes) -> list[tuple[int, int, str]]:
    plugin = Plugin(ast.Module([], []), "net.py", flake8_lines(data))
    return [(row, column + 1, text) for row, column, text, _ in plugin.run()]


def from_command(findings: list[Finding]) -> list[tuple[int, int, str]]:
    return [(each.start.row, each.start.column, f"{each.code} {each.message}") for each in findings]


def parses(source: Source) -> bool:
    try:
        return source.tree is not None
    except SourceError:
        return False


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"x.forward(")
@example(b"class C:\n def __call__(")
@example(b"def f(x):\n  # type: (\n  x.forward(1)\n")
def test_any_damage_is_answered_alike_by_both_doors(data: bytes) -> None:
    from_plugin = from_flake8(data)
    checked = check_bytes("net.py", data, everywhere(EVERYTHING))
    assert all(re.fullmatch(r"FWD\d{3} [^\n\r]+", text) for *_, text in from_plugin)
    assert not any("internal error" in text for *_, text in [*from_plugin, *from_command(checked.findings)])
    if checked.source is None or not parses(checked.source):
        assert [each.code for each in checked.findings] in ([], ["FWD900"])  # None if a comment silences it.
        return
    if b"noqa" not in data:  # flake8 itself obeys these comments.
        assert from_plugin == from_command(checked.findings)
    fixes = [each.fix for each in checked.findings if each.fix is not None]
    if not fixes:
        return
    outcome = rewrite(data, checked, fixes, EVERYTHING)
    if outcome.data is None:
        assert "FWD900" in [each.code for each in outcome.remaining]
        return
    again = check_bytes("net.py", outcome.data, everywhere(EVERYTHING))
    assert not {each.code for each in again.findings} & {"FWD900"}
    assert from_command(again.findings) == from_command(outcome.remaining)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(PIECES), st.binary(max_size=200))
def test_any_bytes_are_answered(before: bytes, piece: bytes, after: bytes) -> None:
    data = before + piece + b"x.forward(y)" + after
    found = check_bytes("net.py", data, everywhere(EVERYTHING)).findings
    assert not any("internal error" in text for *_, text in [*from_flake8(data), *from_command(found)])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_text_is_answered(lines: list[str]) -> None:
    # Lines that an editor or another plugin may pass: line breaks within lines, lone surrogates, none at all.
    plugin = Plugin(ast.Module([], []), "net.py", [*lines, "x.forward(y)\n", *lines])
    assert not any("internal error" in text for *_, text, _ in plugin.run())
