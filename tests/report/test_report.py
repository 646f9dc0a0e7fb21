"""The output for a finding, a rewrite and a diff."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from flake8_forward_call.findings.finding import Applicability, Edit, Finding, Fix, Place
from flake8_forward_call.report import diff, rewrites
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering import json as json_report
from flake8_forward_call.report.rendering import text
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.terminal import terminal

FIX = Fix(
    Applicability.SAFE,
    "Call net(...)",
    (Edit(Place(3, 4), Place(3, 12), ""),),
    before="net.forward(...)",
    after="net(...)",
)
FINDING = Finding("FWD001", "pkg/net.py", Place(3, 5), Place(3, 12), "net.forward(...) skips", 3, FIX)


def test_text_is_flake8s() -> None:
    assert terminal.plain(text.render(Report([FINDING]))) == "pkg/net.py:3:5: FWD001 net.forward(...) skips"


def test_json_is_ruffs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert json.loads(json_report.render(Report([FINDING]))) == [
        {
            "cell": None,
            "code": "FWD001",
            "filename": str(tmp_path / "pkg/net.py"),
            "location": {"row": 3, "column": 5},
            "end_location": {"row": 3, "column": 12},
            "message": "net.forward(...) skips",
            "noqa_row": 3,
            "url": BY_CODE["FWD001"].url,
            "fix": {
                "applicability": "safe",
                "message": "Call net(...)",
                "edits": [
                    {"content": "", "location": {"row": 3, "column": 4}, "end_location": {"row": 3, "column": 12}}
                ],
            },
        }
    ]


def test_json_without_fix_or_findings() -> None:
    bare = Finding("FWD900", "/net.py", Place(1, 1), Place(1, 1), "why", 1)
    assert json.loads(json_report.render(Report([bare])))[0]["fix"] is None
    assert json_report.render(Report([])) == "[]"


def test_json_is_sorted_by_absolute_path_row_and_column() -> None:
    findings = [
        Finding("FWD001", path, Place(row, column), Place(row, column + 7), "", row)
        for path, row, column in (("/b.py", 1, 1), ("../../../../../../../../a.py", 2, 9), ("/a.py", 10, 1))
    ]
    rendered = json.loads(json_report.render(Report(findings)))
    assert [(each["filename"], each["location"]["row"]) for each in rendered] == [
        ("/a.py", 2),
        ("/a.py", 10),
        ("/b.py", 1),
    ]


def test_json_leaves_unnamed_standard_input_unnamed() -> None:
    finding = Finding("FWD900", "stdin", Place(1, 1), Place(1, 1), "why", 1)
    assert json.loads(json_report.render(Report([finding])))[0]["filename"] == "stdin"


def test_rewrite_in_one_line() -> None:
    assert terminal.plain(rewrites.render(FINDING, FIX)) == "pkg/net.py:3:5: net.forward(...) -> net(...)"


@pytest.mark.parametrize(
    ("calls", "files", "remaining", "dry", "line"),
    [
        (0, 0, 0, False, "Nothing to fix."),
        (3, 2, 1, False, "Fixed 3 calls in 2 files; 1 finding remains."),
        (1, 1, 0, False, "Fixed 1 call in 1 file; no findings remain."),
        (0, 0, 2, False, "Fixed nothing; 2 findings remain."),
        (1, 1, 2, True, "Would fix 1 call in 1 file; 2 findings would remain."),
        (0, 0, 0, True, "Nothing to fix."),
    ],
)
def test_summary(calls: int, files: int, remaining: int, dry: bool, line: str) -> None:
    assert rewrites.summarise(calls=calls, files=files, remaining=remaining, dry=dry) == line


@pytest.mark.parametrize(("number", "start"), [(1, "1 finding has an unsafe fix"), (2, "2 findings have unsafe fixes")])
def test_hint_at_unsafe_fixes(number: int, start: str) -> None:
    hint = rewrites.hint_at_unsafe(number)
    assert hint.startswith(start)
    assert "--unsafe-fixes" in hint


def git_applies(directory: Path, patch: bytes) -> None:
    subprocess.run(["git", "apply", "-"], cwd=directory, input=patch, check=True, capture_output=True)


@pytest.mark.parametrize(
    "name",
    ["net.py", "pkg/a net.py", 'quo"te.py', "back\\slash.py", "tab\tname.py", "nétwork.py", "line\nend.py", "b/b.py"],
)
def test_git_applies_the_diff_whatever_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"a\nb\n")
    for form in (name, f"./{name}", str(tmp_path / name)):
        git_applies(tmp_path, diff.render(form, b"a\nb\n", b"a\nc\n"))
        assert path.read_bytes() == b"a\nc\n"
        path.write_bytes(b"a\nb\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\nc\r\n", b"a\r\nx\r\nc\r\n"),
        (b"a\nb", b"a\nc"),
        (b"a\rb\rc\r", b"a\rx\rc\r"),
        (b"a\n\xe9\n", b"b\n\xe9\n"),
        (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n"),
        (b"a\n\x0c\nb\xe2\x80\xa8c\n", b"x\n\x0c\nb\xe2\x80\xa8c\n"),
        (b"(a\n.b)\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl", b"(a)\nc\nd\ne\nf\ng\nh\ni\nj\nk\nm"),
    ],
    ids=["windows", "no final newline", "old mac", "latin-1", "byte-order mark", "odd separators", "two hunks"],
)
def test_git_applies_the_diff_whatever_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes, after: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_bytes(before)
    git_applies(tmp_path, diff.render("net.py", before, after))
    assert Path("net.py").read_bytes() == after


def test_diff_of_a_file_elsewhere_names_it_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert diff.render("/else/net.py", b"a\n", b"b\n").startswith(b"--- a/else/net.py\n+++ b/else/net.py\n")


def test_equal_contents_have_no_diff() -> None:
    assert diff.render("net.py", b"a\n", b"a\n") == b""
