"""``check --write-baseline`` and ``check --baseline``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call
from documents import code, notebook, text

TWICE = PROGRAM + "\n    def twice(self, x):\n        return self.stem.forward(x) + self.stem.forward(x)\n"
ENTRY = {"path": "net.py", "scope": "Net.forward", "code": "FWD001", "call": "self.stem.forward(...)", "count": 1}


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(**programs: str) -> None:
    for name, program in programs.items():
        Path(f"{name}.py").write_text(program)


def written(*args: str) -> str:
    done = forward_call("check", "--write-baseline", "base.json", *args)
    assert (done.status, done.out) == (0, "")
    return Path("base.json").read_text()


def places(*args: str) -> list[str]:
    done = forward_call("check", "--baseline", "base.json", *args)
    assert done.status == (1 if done.out else 0)
    return [line.rsplit(": ", 1)[0] for line in done.lines]


def test_baseline_is_sorted_with_an_entry_a_line() -> None:
    made(net=TWICE, a="def f(:  # net.forward()\n")
    text = written("net.py", "a.py")
    held = json.loads(text)
    assert held["version"] == 1
    assert [(each["path"], each["scope"], each["code"], each["call"], each["count"]) for each in held["findings"]] == [
        ("a.py", "", "FWD900", held["findings"][0]["call"], 1),
        ("net.py", "Net.forward", "FWD001", "self.stem.forward(...)", 1),
        ("net.py", "Net.twice", "FWD001", "self.stem.forward(...)", 2),
    ]
    assert sum(line.startswith('    {"path"') for line in text.splitlines()) == 3
    assert text.endswith("]\n}\n")


def test_baseline_is_the_same_however_it_was_made(tmp_path: Path) -> None:
    made(net=TWICE, a=PROGRAM)
    assert written("net.py", "a.py") == written("a.py", "net.py") == written(".") == written(str(tmp_path))


def test_what_is_in_the_baseline_is_not_reported() -> None:
    made(net=TWICE, bad="def f(:  # net.forward()\n")
    written("net.py", "bad.py")
    assert places("net.py", "bad.py") == []


def test_baseline_of_nothing() -> None:
    made(net=FIXED)
    assert json.loads(written("net.py")) == {"version": 1, "findings": []}
    made(net=PROGRAM)
    assert len(places("net.py")) == 1


def test_moved_lines_and_changed_neighbours_are_no_news() -> None:
    made(net=TWICE)
    written("net.py")
    made(net="# Moved.\n\n" + TWICE.replace("x)\n", "x)  # Seen.\n").replace("8, 4", "8, 8"))
    assert places("net.py") == []


def test_surplus_is_reported_from_below() -> None:
    made(net=TWICE)
    written("net.py")
    row = "        y = self.stem.forward(x)\n"
    made(net=TWICE.replace("        return self.stem.forward(x) +", f"{row}{row}        return self.stem.forward(x) +"))
    assert places("net.py") == ["net.py:16:26", "net.py:16:49"]


@pytest.mark.parametrize(
    "change",
    [
        TWICE.replace("self.stem", "self.root"),
        TWICE + "\n    def thrice(self, x):\n        return self.stem.forward(x)\n",
        TWICE.replace("twice", "double") + "\n    def thrice(self, x):\n        return self.stem.forward(x)\n",
        TWICE.replace("return self.stem.forward(x) +", "return self.stem.forward(x) + self.stem.forward(x) +"),
    ],
    ids=["receiver", "function", "function beside a renamed one", "call"],
)
def test_other_receivers_and_further_calls_are_news(change: str) -> None:
    made(net=TWICE)
    written("net.py")
    made(net=change)
    assert places("net.py") != []


@pytest.mark.parametrize("name", ["twice", "class Net"])
def test_renamed_function_or_class_is_no_news(name: str) -> None:
    made(net=TWICE)
    written("net.py")
    made(net=TWICE.replace(name, f"{name}Renamed"))
    assert places("net.py") == []
    # Both calls have an entry, so a third call is new.
    call = "return self.stem.forward(x) +"
    made(net=TWICE.replace(name, f"{name}Renamed").replace(call, f"{call} self.stem.forward(x) +"))
    assert [place.split(":")[1] for place in places("net.py")] == ["14"]


def test_call_that_moved_out_of_a_function_that_is_still_there_is_news() -> None:
    made(net=TWICE)
    written("net.py")
    made(net=TWICE.replace("        return self.stem.forward(x) + self.stem.forward(x)\n", "        return x\n")
         + "\n    def more(self, x):\n        return self.stem.forward(x)\n")  # fmt: skip
    assert [place.split(":")[1] for place in places("net.py")] == ["17"]


def test_renamed_file_is_no_news_but_what_is_new_in_it_is() -> None:
    made(net=TWICE, other=PROGRAM)
    written(".")
    Path("net.py").unlink()
    Path("sub").mkdir()
    made(**{"sub/moved": TWICE})
    done = forward_call("check", "--baseline", "base.json", ".")
    assert (done.status, done.out, done.err) == (0, "", "")
    made(**{"sub/moved": TWICE + "\n    def more(self, x):\n        return self.stem.forward(x)\n"})
    assert places(".") == ["./sub/moved.py:17:26"]


def test_copied_file_is_news_and_so_is_a_second_one_of_a_renamed_file() -> None:
    made(net=PROGRAM)
    written(".")
    made(copy=PROGRAM)
    assert places(".") == ["./copy.py:11:26"]
    Path("net.py").unlink()
    made(second=PROGRAM)
    assert places(".") == ["./second.py:11:26"]


def test_lost_file_is_not_taken_for_one_that_has_entries_of_its_own() -> None:
    made(net=PROGRAM, other="from torch import nn\nm = nn.Linear(1, 1)\nm.forward(1)\n")
    written(".")
    Path("net.py").unlink()
    made(other=PROGRAM)
    assert places(".") == ["./other.py:11:26"]


def test_other_file_is_news() -> None:
    made(net=PROGRAM)
    written("net.py")
    made(other=PROGRAM)
    assert [place.split(":")[0] for place in places("net.py", "other.py")] == ["other.py"]


def test_files_are_named_from_the_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ci").mkdir()
    Path("src").mkdir()
    made(**{"src/net": PROGRAM})
    assert forward_call("check", "--write-baseline", "ci/base.json", "src").status == 0
    assert json.loads(Path("ci/base.json").read_text())["findings"] == [{**ENTRY, "path": "../src/net.py"}]
    monkeypatch.chdir(tmp_path / "src")
    assert forward_call("check", "--baseline", "../ci/base.json", "net.py").status == 0


def test_resolved_entries_are_told() -> None:
    made(net=TWICE, a=PROGRAM)
    written(".")
    made(net=TWICE.replace(" + self.stem.forward(x)", ""), a=FIXED)
    done = forward_call("check", "--baseline", "base.json", ".")
    assert (done.status, done.out) == (0, "")
    assert done.err == (
        "forward-call: 2 baseline entries no longer match; "
        "run --write-baseline base.json with the same paths to remove them\n"
    )
    written(".")
    assert forward_call("check", "--baseline", "base.json", ".").err == ""


def test_entry_is_resolved_when_its_file_is_gone() -> None:
    made(net=PROGRAM, a=PROGRAM)
    written(".")
    Path("a.py").unlink()
    done = forward_call("check", "--baseline", "base.json", "net.py")
    assert done.err.startswith("forward-call: 1 baseline entry no longer matches; ")


def test_entry_is_not_resolved_where_nobody_looked() -> None:
    made(net=PROGRAM, a=PROGRAM)
    written(".")
    assert forward_call("check", "--baseline", "base.json", "net.py").err == ""
    made(net=FIXED)
    assert forward_call("check", "--baseline", "base.json", "--ignore", "FWD001", ".").err == ""


def test_standard_input_with_a_name_has_the_entries_of_the_file() -> None:
    made(net=PROGRAM)
    written("net.py")
    args = ("check", "--baseline", "base.json", "-", "--stdin-filename", "net.py")
    assert forward_call(*args, stdin=b"# Moved.\n" + PROGRAM.encode()).status == 0
    assert forward_call(*args, stdin=TWICE.encode()).status == 1


def test_baseline_goes_with_formats_and_files() -> None:
    made(net=PROGRAM)
    written("net.py")
    made(net=TWICE)
    args = ("--output-format", "gitlab", "--output-file", "report.json", "net.py")
    assert forward_call("check", "--baseline", "base.json", *args).status == 1
    assert len(json.loads(Path("report.json").read_text())) == 2
    done = forward_call("check", "--write-baseline", "base.json", *args)
    assert done.status == 0
    assert json.loads(Path("report.json").read_text()) == []


def test_baseline_is_not_written_if_not_everything_was_looked_at() -> None:
    made(net=PROGRAM)
    before = written("net.py")
    made(net=TWICE)
    done = forward_call("check", "--write-baseline", "base.json", "net.py", "missing.py")
    assert (done.status, len(done.lines)) == (2, 3)
    assert "base.json: not written, because some files could not be checked" in done.err
    assert Path("base.json").read_text() == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not a baseline: "),
        ("\ud800", "is not a baseline: "),
        ("[" * 100_000, "is not a baseline: "),
        ("[]", "is not a baseline: it has no list of findings"),
        ('{"findings": {}}', "is not a baseline: it has no list of findings"),
        ('{"findings": []}', "is not a baseline: its version is None, and only 1 is known here"),
        ('{"version": 2, "findings": []}', "is not a baseline: its version is 2, and only 1 is known here"),
        ('{"version": 1, "findings": [3]}', "is not a baseline: an entry is 3"),
        ('{"version": 1, "findings": [{"path": "a"}]}', "is not a baseline: an entry has no scope: "),
        (json.dumps({"version": 1, "findings": [{**ENTRY, "count": 0}]}), "is not a baseline: an entry has no count: "),
        (
            json.dumps({"version": 1, "findings": [{**ENTRY, "count": True}]}),
            "is not a baseline: an entry has no count: ",
        ),
        (json.dumps({"version": 1, "findings": [{**ENTRY, "code": 1}]}), "is not a baseline: an entry has no code: "),
    ],
)
def test_broken_baseline_is_told_with_its_name(text: str | None, why: str) -> None:
    made(net=PROGRAM)
    if text is not None:
        Path("base.json").write_bytes(text.encode(errors="surrogatepass"))
    done = forward_call("check", "--baseline", "base.json", "net.py")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"base.json: {why}" in done.err


@pytest.mark.parametrize(
    "args",
    [
        ("--write-baseline", "base.json", "--baseline", "base.json"),
        ("--write-baseline", "base.json", "--diff-base", "HEAD"),
        ("--write-baseline", "-"),
    ],
)
def test_slips_are_told(args: tuple[str, ...]) -> None:
    done = forward_call("check", *args)
    assert (done.status, done.out) == (2, "")
    assert "--write-baseline" in done.err
    assert list(Path().iterdir()) == []


def test_findings_of_a_notebook_are_known_in_another_cell() -> None:
    cells = [code("from torch import nn\nmodel = nn.Linear(8, 4)\n"), code("model.forward(1)"), code("def f(:")]
    Path("nb.ipynb").write_text(notebook(*cells))
    written(".")
    assert places(".") == []
    Path("nb.ipynb").write_text(notebook(text("New."), *cells, code("model.forward(1)")))
    assert places(".") == ["./nb.ipynb:cell 5:1:7"]


def test_dead_noqa_comments_are_known_from_a_baseline() -> None:
    made(net="def f():\n    return 1  # noqa: FWD001\n")
    text = written("--report-unused-noqa", "net.py")
    (entry,) = json.loads(text)["findings"]
    assert entry == {"path": "net.py", "scope": "f", "code": "FWD100", "call": "noqa of FWD001", "count": 1}
    assert places("--report-unused-noqa", "net.py") == []
    made(net="\ndef f():\n    return 1  # noqa: FWD001\n\n\ndef g():\n    return 1  # noqa: FWD001\n")
    assert places("--report-unused-noqa", "net.py") == ["net.py:7:23: FWD100 unused noqa for FWD001"]
    assert forward_call("check", "--baseline", "base.json", "net.py").err == ""
