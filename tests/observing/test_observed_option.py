"""What a run has shown decides where the source does not, and both are told where they disagree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call
from projects import project

from flake8_forward_call.observing import storing
from flake8_forward_call.observing.calls import Calls
from flake8_forward_call.observing.files import digest_of
from flake8_forward_call.observing.record import CALLED, PASSED, Receiver, Record, Spot

FILE = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x):
        return self.inner.forward(x)


class Scored(nn.Module):
    def forward(self, x):
        return x

    def __call__(self, x):
        return x, 1


def dynamic(names, x):
    layer = getattr(nn, names[0])(3, 3)
    return layer.forward(x)


def passing(apply, names, x):
    return apply(names[0].forward, x)
"""

PROVEN, DYNAMIC, PASSING = "self.inner.forward", "layer.forward", "names[0].forward"
NET, LINEAR, SCORED = "net.Net", "torch.nn.modules.linear.Linear", "net.Scored"


@pytest.fixture(autouse=True)
def _in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project(
        tmp_path, {"pyproject.toml": "", "net.py": FILE, "robots.py": "class Robot:\n    def forward(self, x): ...\n"}
    )


def spot(subject: str, text: str = FILE, **changes: Any) -> Spot:
    """The spot of a use of forward in a text, as a run would note it."""
    row = text[: text.index(subject)].count("\n") + 1
    (use,) = Calls(text).on_row(row)[0]
    form = PASSED if use.is_passed else CALLED
    values: dict[str, Any] = {
        "path": "net.py",
        "digest": digest_of(text.encode()),
        "row": row,
        "column": use.place.column,
    } | changes
    return Spot(form=form, scope=use.scope, line=use.line, **values)


def observe(*seen: tuple[Spot, str], plain: bool = True, hook: str = "") -> None:
    """Write a record with the receivers at some spots; a name with an exclamation mark is no module."""
    record = Record(runs=[("3.12.1", "2.13.0")])
    for one, name in seen:
        sight = record.sight(one)
        assert sight is not None
        sight.receivers[name.strip("!")] = Receiver(not name.endswith("!"), plain, 3)
        sight.note_test("test_net.py::test_it")
        if hook:
            sight.skipped["forward hook", hook] = 3
    assert storing.finish("seen.json", record, appends=False) is None


def checked(*options: str) -> list[str]:
    """The findings: row, code, and whether the fix is safe."""
    done = forward_call("check", "--select", "FWD", "--observed", "seen.json", "--output-format", "json", *options, ".")
    assert done.status in (0, 1), done.err
    return [
        f"{one['location']['row']} {one['code']} {one['fix'] and one['fix']['applicability']}"
        for one in json.loads(done.out)
    ]


def row(subject: str) -> int:
    return FILE[: FILE.index(subject)].count("\n") + 1


WITHOUT = [f"{row(PROVEN)} FWD001 safe", f"{FILE[: FILE.index('__call__')].count(chr(10)) + 1} FWD005 None"]


def told(*more: str) -> list[str]:
    return sorted([*WITHOUT, *more], key=lambda one: int(one.split()[0]))


def test_call_that_only_a_run_explains_is_reported_and_safe_if_all_agree() -> None:
    assert [one for one in told() if str(row(DYNAMIC)) in one] == []
    observe((spot(DYNAMIC), LINEAR))
    assert checked() == told(f"{row(DYNAMIC)} FWD001 safe")
    done = forward_call("check", "--observed", "seen.json", "net.py")
    assert f"call layer(...) (at run time it was {LINEAR})" in done.out
    assert done.err == ""


def test_fix_rewrites_what_a_run_has_shown() -> None:
    observe((spot(DYNAMIC), LINEAR))
    assert forward_call("fix", "--observed", "seen.json", "net.py").status == 1  # FWD005 remains.
    assert "return layer(x)" in Path("net.py").read_text()


def test_class_that_is_called_in_its_own_way_is_the_source_s_objection() -> None:
    observe((spot(DYNAMIC), SCORED), plain=False)
    assert checked() == told(f"{row(DYNAMIC)} FWD002 None")
    observe((spot(DYNAMIC), SCORED), (spot(DYNAMIC), LINEAR), plain=False)
    assert f"{row(DYNAMIC)} FWD001 safe" not in checked()


@pytest.mark.parametrize(("name", "plain"), [("net.run.<locals>.Local", True), ("gone.Net", True), (LINEAR, False)])
def test_fix_is_not_safe_if_a_class_is_not_found_or_has_its_own_call(name: str, plain: bool) -> None:
    observe((spot(DYNAMIC), name), plain=plain)
    assert checked() == told(f"{row(DYNAMIC)} FWD001 unsafe")


def test_receiver_that_was_something_else_is_silent_and_a_contradiction_is_told() -> None:
    observe((spot(DYNAMIC), "robots.Robot!"), (spot(PROVEN), "robots.Robot!"))
    assert checked() == WITHOUT[1:]
    done = forward_call("check", "--observed", "seen.json", "net.py")
    said = f"net.py:{row(PROVEN)}:27: contradiction: the source shows a module, but at run time it was robots.Robot"
    assert said in done.err
    assert done.err.count("contradiction") == 1


def test_receiver_that_was_a_module_and_something_else_is_silent() -> None:
    observe((spot(DYNAMIC), LINEAR), (spot(DYNAMIC), "robots.Robot!"))
    assert checked() == WITHOUT


def test_receiver_that_the_source_takes_for_something_else_is_reported_as_a_contradiction() -> None:
    text = FILE + "\n\nfrom robots import Robot\n\n\ndef refuted(x):\n    return Robot().forward(x)\n"
    Path("net.py").write_text(text)
    observe((spot("Robot().forward", text), LINEAR))
    assert f"{text.count(chr(10))} FWD001 unsafe" in checked()
    done = forward_call("check", "--observed", "seen.json", "net.py")
    assert f"contradiction: the source shows no module, but at run time it was {LINEAR}" in done.err


MIXIN = """

class Mixin{bases}:
{members}    def go(self, x):
        return self.forward(x)
"""


def test_a_mixin_that_no_class_uses_is_whatever_a_run_shows() -> None:
    text = FILE + MIXIN.format(members="", bases="")
    Path("net.py").write_text(text)
    observe((spot("self.forward", text), "net.run.<locals>.Head"))
    assert f"{text.count(chr(10))} FWD001 unsafe" in checked()
    assert "contradiction" not in forward_call("check", "--observed", "seen.json", "net.py").err


@pytest.mark.parametrize(
    ("bases", "members", "use"),
    [
        ("", "    forward = print\n", ""),
        ("", "    def __getattr__(self, name): ...\n", ""),
        ("", "    def set(self, name): setattr(self, name, 1)\n", ""),
        ("", "    def set(self, names): self.__dict__.update(names)\n", ""),
        ("", "", "\n\nclass Used(Mixin): ...\n"),
        ("", "", "\n\nMixin().go(1)\n"),
        ("(dict)", "", ""),
    ],
)
def test_a_class_that_may_have_its_own_forward_is_none_of_those(bases: str, members: str, use: str) -> None:
    text = FILE + MIXIN.format(members=members, bases=bases) + use
    Path("net.py").write_text(text)
    observe((spot("self.forward", text), LINEAR))
    assert "the source shows no module" in forward_call("check", "--observed", "seen.json", "net.py").err


def test_function_that_is_passed_on_was_called_so_it_is_reported_without_a_safe_fix() -> None:
    observe((spot(PASSING), LINEAR))
    assert checked() == told(f"{row(PASSING)} FWD004 unsafe")


def test_skipped_hooks_are_named_and_their_calls_come_first() -> None:
    observe((spot(DYNAMIC), LINEAR), hook="app.log")
    lines = forward_call("check", "--observed", "seen.json", "net.py").lines
    assert lines[0].startswith(f"net.py:{row(DYNAMIC)}:18: FWD001")
    assert "hooks do not run: `app.log` (seen at run time) runs in a forward hook, which this call skips;" in lines[0]
    assert lines[1].startswith(f"net.py:{row(PROVEN)}:")
    full = forward_call("check", "--observed", "seen.json", "--output-format", "full", "net.py").out
    assert "note: `app.log` (seen at run time) runs in a forward hook, which this call skips" in full
    rows = [one.split()[0] for one in checked()]
    assert rows == sorted(rows, key=int)


def test_explain_shows_both_kinds_of_evidence() -> None:
    observe((spot(DYNAMIC), LINEAR), hook="app.log")
    done = forward_call("explain", "--observed", "seen.json", f"net.py:{row(DYNAMIC)}")
    assert "`layer` is set to `getattr(nn, names[0])(3, 3)`" in done.out
    assert (
        f"at run time: forward() was called directly 3 times, on {LINEAR} (for example in test_net.py::test_it)"
        in done.out
    )
    assert "at run time: the call skipped the forward hook app.log" in done.out


def test_without_columns_a_row_with_one_call_is_enough() -> None:
    observe((spot(DYNAMIC, column=0), LINEAR))
    assert checked() == told(f"{row(DYNAMIC)} FWD001 safe")
    text = FILE + "\n\ndef two(a, b):\n    return a.forward(1), b.forward(1)\n"
    Path("net.py").write_text(text)
    last = text.count("\n")
    observe((Spot("net.py", digest_of(text.encode()), last, 0, CALLED, "two", ""), LINEAR))
    assert checked() == WITHOUT


def test_changed_file_is_matched_by_lines_and_its_fixes_are_not_safe() -> None:
    observe((spot(DYNAMIC), LINEAR))
    Path("net.py").write_text("# A new first line.\n" + FILE)
    assert f"{row(DYNAMIC) + 1} FWD001 unsafe" in checked()
    done = forward_call("explain", "--observed", "seen.json", f"net.py:{row(DYNAMIC) + 1}")
    assert "the file has changed since then, but not the lines of this call" in done.out


def test_changed_line_is_not_used_and_told() -> None:
    observe((spot(DYNAMIC), LINEAR))
    Path("net.py").write_text(FILE.replace("layer.forward(x)", "layer.forward(x + 1)"))
    assert checked() == WITHOUT
    done = forward_call("check", "--observed", "seen.json", "net.py")
    assert (
        "1 observed call in 1 file not used, because the lines have changed since; observe the program again"
        in done.err
    )


def test_lines_that_occur_more_often_than_before_are_not_used() -> None:
    observe((spot(DYNAMIC), LINEAR))
    again = "    return layer.forward(x)\n"
    Path("net.py").write_text(FILE.replace(again, f"    if x:\n    {again}{again}"))
    assert checked() == WITHOUT


def test_record_of_the_current_file_goes_before_those_of_older_ones() -> None:
    old = FILE.replace("import torch\n", "import torch\nimport os\n", 1)
    observe((spot(DYNAMIC, old), "robots.Robot!"), (spot(DYNAMIC), LINEAR))
    assert checked() == told(f"{row(DYNAMIC)} FWD001 safe")


def test_file_that_had_changed_while_it_ran_is_not_used() -> None:
    observe((spot(DYNAMIC, digest=""), LINEAR))
    assert checked() == WITHOUT


def test_comment_that_the_bypass_is_meant_counts_as_before() -> None:
    text = FILE.replace("layer.forward(x)", "layer.forward(x)  # Bypasses the hooks on purpose.")
    Path("net.py").write_text(text)
    observe((spot(DYNAMIC, text), LINEAR))
    assert checked() == told(f"{row(DYNAMIC)} FWD002 None")


def test_call_in_the_module_s_own_forward_is_the_source_s_objection() -> None:
    text = (
        FILE + "\n\nclass Own(nn.Module):\n    def forward(self, x):\n        return self.forward(x - 1) if x else x\n"
    )
    Path("net.py").write_text(text)
    observe((spot("self.forward(x - 1)", text), "net.Own"))
    assert f"{text.count(chr(10))} FWD002 None" in checked()


def test_stored_results_do_not_hide_a_record_and_a_record_is_not_stored(tmp_path: Path) -> None:
    cache = ("--cache-dir", str(tmp_path / "cache"))
    observe((spot(DYNAMIC), LINEAR))
    plain = ("check", "--output-format", "json", *cache, "net.py")
    before = forward_call(*plain).out
    assert checked(*cache) == told(f"{row(DYNAMIC)} FWD001 safe")
    assert forward_call(*plain).out == before
    observe((spot(DYNAMIC), "robots.Robot!"))
    assert checked(*cache) == WITHOUT


def test_several_records_are_joined() -> None:
    observe((spot(DYNAMIC), LINEAR))
    Path("seen.json").rename("first.json")
    observe((spot(PASSING), LINEAR))
    assert checked("--observed", "first.json") == told(f"{row(DYNAMIC)} FWD001 safe", f"{row(PASSING)} FWD004 unsafe")


def test_paths_are_relative_to_the_folder_that_has_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    observe((spot(DYNAMIC), LINEAR))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    done = forward_call("check", "--observed", "../seen.json", "..")
    assert "at run time it was" in done.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "seen.json is not a record of observed calls"),
        ("", "seen.json is not JSON"),
        (None, "seen.json cannot be read: No such file"),
    ],
)
def test_file_that_is_no_record_stops_the_command(text: str | None, said: str) -> None:
    if text is not None:
        Path("seen.json").write_text(text)
    for command in (("check", "."), ("fix", "."), ("explain", "net.py:1")):
        done = forward_call(command[0], "--observed", "seen.json", *command[1:])
        assert done.status == 2
        assert said in done.err


def test_record_of_another_project_stops_the_command() -> None:
    observe((spot(DYNAMIC, path="elsewhere/gone.py"), LINEAR))
    done = forward_call("check", "--observed", "seen.json", ".")
    assert done.status == 2
    assert "none of its 1 files exist here, for example elsewhere/gone.py" in done.err
