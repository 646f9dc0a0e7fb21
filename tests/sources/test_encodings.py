"""Unusual but valid Python files: the location is right, the fix is exact, and a second run changes nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from command_line import MESSAGE, PLACE, PROGRAM, flake8, forward_call

from flake8_forward_call.plugin import Plugin

CALL, FIXED_CALL = b"self.stem.forward(", b"self.stem("


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def encoded(encoding: str, text: str) -> bytes:
    """A program whose first line names its encoding, with text that needs it before and in the call."""
    program = PROGRAM.replace("forward(x)", f"forward(dict({text}=x, y='{text}'))  # {text}")
    return f"# coding: {encoding}\n# {text}\n{program}".encode(encoding)


def before_call(text: str) -> bytes:
    return PROGRAM.replace("self.stem.forward", f"{text}self.stem.forward").encode()


def alternating(*ends: str) -> bytes:
    lines = PROGRAM.splitlines()
    return "".join(line + ends[number % len(ends)] for number, line in enumerate(lines)).encode()


ODD = {
    "byte order mark": (b"\xef\xbb\xbf" + PROGRAM.encode(), PLACE),
    "byte order mark and a cookie that agrees": (b"\xef\xbb\xbf# coding: utf-8\n" + PROGRAM.encode(), "12:26"),
    "latin-1": (encoded("latin-1", "é"), "13:26"),
    "cookie in the second line": (b"#!/usr/bin/python\n" + encoded("latin-1", "é"), "14:26"),
    "cp1252": (encoded("cp1252", "Š"), "13:26"),
    "koi8-r": (encoded("koi8-r", "Ж"), "13:26"),
    "gb18030": (encoded("gb18030", "中文"), "13:26"),
    "big5": (encoded("big5", "許"), "13:26"),  # Its second byte is a backslash.
    "euc-jp": (encoded("euc-jp", "日本"), "13:26"),
    "shift_jis": (encoded("shift_jis", "表"), "13:26"),  # The same here.
    "iso2022_jp": (encoded("iso2022_jp", "日本"), "13:26"),
    "escape of a lone surrogate": (b"S = '\\ud800'\n" + PROGRAM.encode(), "12:26"),
    "character of two code units before": (before_call("'\U0001f600' and "), "11:34"),
    "combining character before": (before_call("'e\u0301' and "), "11:35"),
    "line separators in strings": (before_call("'\u2028\u2029\x85\x1c\x1d\x1e' and "), "11:39"),
    "line separators in comments": ("# \u2028 \x85 \x0b \x1c\n".encode() + PROGRAM.encode(), "12:26"),
    "carriage return and line feed": (alternating("\r\n"), PLACE),
    "carriage return": (alternating("\r"), PLACE),
    "all line ends": (alternating("\n", "\r\n"), PLACE),
    "lone carriage return in a string": (b"S = '''a\rb\r\nc\n'''\n" + PROGRAM.encode(), "15:26"),
    "form feeds": (b"\x0c\n" + PROGRAM.replace("\n\n    def", "\n\x0c\n    def").encode(), "12:26"),
    "tabs": (PROGRAM.replace("    ", "\t").encode(), "11:20"),
    "no final newline": (PROGRAM.rstrip("\n").encode(), PLACE),
    "comment and no final newline": (PROGRAM.encode() + b"    # end", PLACE),
    "line of a megabyte": (b"S = '" + b"a" * 1_000_000 + b"'\n" + PROGRAM.encode(), "12:26"),
    "call in a line of a megabyte": (before_call("'" + "a" * 1_000_000 + "' and "), "11:1000033"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("data", "place"), ODD.values(), ids=ODD)
def test_is_found_and_fixed_to_the_byte(data: bytes, place: str) -> None:
    file = Path("net.py")
    file.write_bytes(data)
    found = f"net.py:{place}: {MESSAGE}\n"
    checked = forward_call("check", "net.py")
    assert (checked.status, checked.out, checked.err) == (1, found, "")

    fixed = data.replace(CALL, FIXED_CALL)
    assert fixed != data
    assert forward_call("fix", "-", stdin=data).out_bytes == fixed
    assert file.read_bytes() == data
    done = forward_call("fix", "net.py")
    assert (done.status, done.err) == (0, "")
    assert file.read_bytes() == fixed

    status = file.stat()
    again = forward_call("fix", "net.py")
    assert (again.status, again.out, again.err) == (0, "Nothing to fix.\n", "")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (status.st_ino, status.st_mtime_ns)


@pytest.mark.slow
def test_fifty_thousand_lines() -> None:
    data = PROGRAM.encode() + b"\n\ndef f(x):\n    return x\n" * 12_500
    Path("net.py").write_bytes(data)
    assert forward_call("fix", "net.py").status == 0
    assert Path("net.py").read_bytes() == data.replace(CALL, FIXED_CALL)


@pytest.mark.slow
def test_flake8_finds_the_same_at_the_same_places() -> None:
    for number, (data, _) in enumerate(ODD.values()):
        Path(f"net{number:02}.py").write_bytes(data)
    done = flake8(".")
    assert done.lines == [f"./net{number:02}.py:{place}: {MESSAGE}" for number, (_, place) in enumerate(ODD.values())]


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"\x0c", b"# coding: latin-1"])
def test_file_without_a_statement_is_clean(data: bytes) -> None:
    Path("net.py").write_bytes(data)
    for command in ("check", "fix"):
        assert (forward_call(command, "net.py").status, Path("net.py").read_bytes()) == (0, data)
    plugin = Plugin(ast.Module([], []), "net.py", data.decode("utf-8-sig").splitlines(keepends=True))
    assert list(plugin.run()) == []


UNREADABLE = {
    "cookie that does not fit": (b"# coding: ascii\n# \xc3\xa9\n", "2:1", "decode file: not valid ascii: byte 0xc3"),
    "cookie too late": (b"\n\n# coding: latin-1\n# \xe9\n", "4:1", "decode file: not valid utf-8: byte 0xe9"),
    "lines that end in carriage returns": (b"\r\r\r# \xe9\n", "4:1", "decode file: not valid utf-8: byte 0xe9"),
    "UTF-16 with its mark": (PROGRAM.encode("utf-16"), "1:1", "decode file: not valid utf-8: byte 0xff"),
    "UTF-16 without": (PROGRAM.encode("utf-16-le"), "1:2", "parse file: source code"),
    "UTF-32": (PROGRAM.encode("utf-32"), "1:1", "decode file: not valid utf-8: byte 0xff"),
    "not a text encoding": (
        b"# coding: rot13\n",
        "1:1",
        "decode file: not valid rot13: 'rot13' is not a text encoding",
    ),
    "undefined": (b"# coding: undefined\n", "1:1", "decode file: not valid undefined:"),
    "half a mark": (b"\xef\xbb# \n", "1:1", "decode file: not valid utf-8: byte 0xef"),
    "two marks": (b"\xef\xbb\xbf" * 2, "1:1", "parse file: invalid non-printable character U+FEFF"),
    "surrogate in bytes": (b"S = '\n\xed\xa0\x80'\n", "2:1", "decode file: not valid utf-8: byte 0xed"),
    "null byte": (b"x = 1\ny = '\xc3\xa9\0'\n", "2:7", "parse file: source code"),
    "vertical tab": (b"x =\x0b1\n", "1:4", "parse file: "),
    "next line": (b"x = \xc2\x851\n", "1:5", "parse file: invalid non-printable character U+0085"),
    "end of file of CP/M": (b"x = 1\n\x1a", "2:1", "parse file: "),
}


@pytest.mark.parametrize(("data", "place", "reason"), UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.usefixtures("every_file_is_read")
def test_what_is_no_python_is_told_with_its_place_and_left_alone(data: bytes, place: str, reason: str) -> None:
    Path("net.py").write_bytes(data)
    found = f"net.py:{place}: FWD900 cannot {reason}"
    for command in ("check", "fix"):
        done = forward_call(command, "net.py")
        assert (done.status, done.err) == (1, "")
        assert done.lines[0].startswith(found)
        assert Path("net.py").read_bytes() == data
    assert forward_call("fix", "-", stdin=data).out_bytes == data


def test_encoding_that_spells_a_letter_in_two_ways_is_found_and_left_alone() -> None:
    data = b"# coding: unicode_escape\n# \\x41\n" + PROGRAM.encode()
    Path("net.py").write_bytes(data)
    done = forward_call("fix", "net.py")
    assert "its encoding, unicode_escape, does not give the same bytes back" in done.out
    assert (done.status, Path("net.py").read_bytes()) == (1, data)
