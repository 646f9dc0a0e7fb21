"""Unreadable settings: one message with the file and the line from both doors, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import MESSAGE, PLACE, PROGRAM, flake8, forward_call

from flake8_forward_call.configuration import files
from flake8_forward_call.configuration.toml import TomlError, parsed
from flake8_forward_call.files.cache import Store
from flake8_forward_call.inference.places.layout import layout_of

TABLE = b"[tool.forward-call]\n"
# The contents of the file, and the message after its name.
BROKEN: dict[str, tuple[bytes, str]] = {
    "nested arrays": (TABLE + b"select = " + b"[" * 5_000 + b"]" * 5_000, ": is nested too deeply"),
    "nested tables": (TABLE + b"select = " + b"{a=" * 5_000 + b"1" + b"}" * 5_000, ": is nested too deeply"),
    "key of many parts": (TABLE + b"\nselect" + b".a" * 5_000 + b" = 1", ":3: a key has more than 64 parts"),
    "header of many parts": (b"[tool.forward-call" + b". 'a'" * 100_000 + b"]", ":1: a key has more than 64 parts"),
    "table in a key": (
        TABLE + b"select" + b".a" * 50 + b" = 1",
        ":2: select must be a list of strings, not {'a': {'a': ",
    ),
    "number of many digits": (TABLE + b"select = " + b"1" * 100_000, ": a number has too many digits"),
    "number of many other digits": (
        TABLE + b"select = 0x" + b"f" * 100_000,
        ":2: select must be a list of strings, not such a large number",
    ),
    "list with such a number": (
        TABLE + b"select = [0x" + b"f" * 100_000 + b"]",
        ":2: select must be a list of strings, not such a large number",
    ),
    "not UTF-8": (TABLE + b"# caf\xe9\n", ":2: invalid TOML: not UTF-8: byte 0xe9: invalid continuation byte"),
    "UTF-16": ((TABLE.decode() + "ignore = []\n").encode("utf-16"), ":1: invalid TOML: not UTF-8: byte 0xff: "),
    "UTF-16 without a mark": ((TABLE.decode() + "ignore = []\n").encode("utf-16-le"), ":1:2: invalid TOML: "),
    "null byte": (TABLE + b"ignore = '\0'", ":2:11: invalid TOML: "),
    "escaped null byte": (TABLE + b'exclude = ["a\\u0000b"]', r":2: exclude has a null character: 'a\x00b'"),
    "escaped null byte in a path": (TABLE + b'cache-dir = "\\u0000"', r":2: cache-dir has a null character: '\x00'"),
    "duplicate key": (TABLE + b"ignore = []\nignore = []", ":3: invalid TOML: Cannot overwrite a value"),
    "duplicate table": (TABLE + b"[a]\n" + TABLE, ":3:"),
    "table that is none": (b"[tool]\nforward-call = 3\n", ": tool.forward-call is not a table"),
    "list of tables": (b"[[tool.forward-call]]\n", ": tool.forward-call is not a table"),
    "date": (TABLE + b"ignore = 2020-01-02", ":2: ignore must be a list of strings, not 2020-01-02"),
    "date that is none": (TABLE + b"ignore = 2020-13-02", ":2:"),
    "infinity": (TABLE + b"ignore = inf", ":2: ignore must be a list of strings, not inf"),
    "no number": (TABLE + b"python = nan", ":2: python must be a string, not nan"),
    "number in a list": (TABLE + b"exclude = ['a', 1.5]", ":2: exclude must be a list of strings, not ['a', 1.5]"),
    "very long value": (
        TABLE + b"python = [" + b"'a', " * 50_000 + b"]",
        ":2: python must be a string, not ['a', 'a', ",
    ),
    "control characters in a key": (TABLE + b'"a\\u001b[31m\\n" = 1', r":1: unknown key 'a\x1b[31m\n' in "),
    "very long key": (TABLE + b"k" * 100_000 + b" = 1", ":2: unknown key 'kkkk"),
    "more patterns than anybody has": (
        TABLE + b"exclude = [" + b"'a', " * 1_001 + b"]",
        ":2: exclude has more than 1,000",
    ),
    "more patterns with codes": (
        TABLE + b"[tool.forward-call.per-file-ignores]\n" + b"".join(b"a%d = 'FWD'\n" % one for one in range(1_001)),
        ":2: per-file-ignores has more than 1,000 patterns",
    ),
    "end in the middle": (TABLE + b"ignore = [\n'a',\n", ":3: invalid TOML: "),
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/net.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    files.forget()
    return tmp_path


@pytest.mark.parametrize(("data", "told"), BROKEN.values(), ids=list(BROKEN))
def test_one_message_names_the_file_and_the_line(data: bytes, told: str, project: Path) -> None:
    (project / "sub/pyproject.toml").write_bytes(data)
    for args in (["check", "."], ["fix", "sub/net.py"], ["check", "--config", "sub/pyproject.toml", "."]):
        files.forget()
        done = forward_call(*args)
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert done.err.startswith(f"forward-call: sub/pyproject.toml{told}")
        assert len(done.err) < 600
        assert done.err.rstrip("\n").isprintable()


@pytest.mark.slow
@pytest.mark.parametrize("case", ["nested arrays", "number of many digits", "not UTF-8", "escaped null byte"])
def test_flake8_gives_the_same_reason(case: str, project: Path) -> None:
    data, told = BROKEN[case]
    (project / "sub/pyproject.toml").write_bytes(data)
    done = flake8("sub/net.py")
    assert done.lines[0].startswith("sub/net.py:1:1: FWD900 ")
    assert f"sub/pyproject.toml{told}" in done.out
    assert "Traceback" not in done.err


def test_byte_order_mark_and_line_ends_of_windows_are_no_fault(project: Path) -> None:
    (project / "sub/pyproject.toml").write_bytes(b'\xef\xbb\xbf[tool.forward-call]\r\nignore = ["FWD001"]\r\n')
    done = forward_call("check", ".")
    assert (done.status, done.out, done.err) == (0, "", "")
    (project / "sub/pyproject.toml").write_bytes(b"\xef\xbb\xbf[tool.forward-call]\r\nignore = 3\r\n")
    files.forget()
    assert ":2: ignore must be a list of strings, not 3" in forward_call("check", ".").err


@pytest.mark.parametrize("data", [b"[tool.black]\n# caf\xe9\n", b"[", b"[" * 5_000, b"x = " + b"1" * 100_000])
def test_broken_file_that_does_not_speak_of_this_tool_is_another_ones_matter(data: bytes, project: Path) -> None:
    (project / "sub/pyproject.toml").write_bytes(data)
    done = forward_call("check", "sub/net.py")
    assert (done.status, done.out, done.err) == (1, f"sub/net.py:{PLACE}: {MESSAGE}\n", "")


def test_very_deep_folder_has_settings_too(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.forward-call]\nignore = []\n")
    deep = Path("/", *(f"d{number}" for number in range(3_000)))
    assert files.nearest(deep) is None
    assert files.nearest(project / "a/b/c") == project / "pyproject.toml"


@pytest.mark.parametrize(
    "text",
    ["[" * 5_000, "x = " + "1" * 100_000, "a" + ".a" * 100_000 + " = 1", "[a\n" * 1_000, "\ufeff", "x = 1e999999"],
)
def test_other_settings_that_cannot_be_read_say_nothing(text: str, project: Path) -> None:
    for name in ("pyproject.toml", "setup.cfg"):
        (project / name).write_text(text)
    assert layout_of(project).renamed == {}


def test_line_of_blanks_takes_no_time(project: Path) -> None:
    (project / "setup.cfg").write_text(f"[options]\na{' ' * 900_000}b\npackage_dir =\n  = lib\n")
    assert layout_of(project).renamed == {}
    other = project / "other"
    (other / "lib").mkdir(parents=True)
    (other / "setup.cfg").write_text("[options]\npackage_dir =\n    =   lib\n")
    assert layout_of(other).folders[0] == other / "lib"


def test_toml_that_can_be_read_is() -> None:
    assert parsed("a.b = 1\nversion = '1.2.3.4'\n") == {"a": {"b": 1}, "version": "1.2.3.4"}
    assert parsed("text = '" + ". " * 1_000 + "'\n[" + "a." * 63 + "a]\n")["text"] == ". " * 1_000
    with pytest.raises(TomlError) as raised:
        parsed("\na = b")
    assert raised.value.place == "2:5"


ENTRY = {"path": "net.py", "scope": "Net.forward", "code": "FWD001", "call": "x.forward"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "it is nested too deeply"),
        ('{"version": 1, "findings": [' + '{"a":' * 50_000, "it is nested too deeply"),
        ('{"version": ' + "1" * 100_000 + "}", "Exceeds the limit"),
        ('{"version": NaN, "findings": []}', "its version is nan, and only 1 is known here"),
        ('{"version": 1e999, "findings": []}', "its version is inf, and only 1 is known here"),
        ('{"version": "' + "1" * 9_000 + '", "findings": []}', "its version is '1111"),
        (json.dumps({"version": 1, "findings": [{**ENTRY, "count": 10**4000}]}), "an entry has no count: "),
        (json.dumps({"version": 1, "findings": [{**ENTRY, "count": float("nan")}]}), "an entry has no count: "),
        (json.dumps({"version": 1, "findings": [{**ENTRY, "count": 1.0}]}), "an entry has no count: "),
    ],
)
def test_odd_baseline_is_told_in_one_line(text: str, why: str, project: Path) -> None:
    (project / "base.json").write_text(text)
    done = forward_call("check", "--baseline", "base.json", ".")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"base.json: is not a baseline: {why}" in done.err
    assert len(done.err) < 600


@pytest.mark.parametrize("value", ["[" * 100_000, "1" * 100_000, "NaN", '["a", ' + '{"a":' * 50_000])
def test_odd_record_of_the_cache_is_none(value: str, tmp_path: Path) -> None:
    from flake8_forward_call.files.cache import _MARK, _checksum, _full

    folder = tmp_path / "cache"
    store = Store(str(folder))
    store.write("kind", "key", 1)
    assert store.read("kind", "key") == 1
    (record,) = folder.iterdir()
    body = f"[{json.dumps(_full('kind', 'key'))}, {value}]".encode()
    record.write_bytes(b"%b%b\n%b" % (_MARK, _checksum(body).encode(), body))
    assert store.read("kind", "key") is None or value == "NaN"
