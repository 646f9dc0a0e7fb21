"""The benchmarks count correctly, check their targets, and measure what they should."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flake8_forward_call.report.formats import FORMATS

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def labels(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from labelled import labels

    return labels


@pytest.fixture
def scoring(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from labelled import score

    return score


@pytest.fixture
def fetching(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from labelled import fetch

    return fetch


@pytest.fixture
def sampling(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from labelled import sampling

    return sampling


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from labelled import probes

    return probes


@pytest.fixture
def before_after(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import before_after.compare
    import before_after.rewrites
    import before_after.running

    return before_after


def _scored(labels: ModuleType, scoring: ModuleType, *sites: tuple[str, str, tuple[str, str | None] | None]) -> Any:
    """The score if each label, given by verdict and evidence, gets the answer next to it."""
    package = labels.Package("p==1", {("p.py", row, 1): labels.Label(*site[:2], "") for row, site in enumerate(sites)})
    answers = {("p.py", row, 1): scoring.Answer(*answer) for row, (_, _, answer) in enumerate(sites) if answer}
    return scoring.score(package, answers)


def test_what_is_found_missed_and_doubted_is_counted_by_evidence(labels: ModuleType, scoring: ModuleType) -> None:
    one = _scored(
        labels,
        scoring,
        ("fix", "file", ("FWD001", "safe")),
        ("fix", "project", None),
        ("fix", "project", ("FWD003", "unsafe")),
        ("unknown", "dynamic", ("FWD001", "safe")),
    )
    assert (dict(one.due), dict(one.found)) == ({"file": 1, "project": 2}, {"file": 1})
    assert one.doubted.total() == 1
    assert [row for _, row, _ in one.missed] == [1, 2]
    assert (one.precision, one.recall(), one.recall("file"), one.recall("deps")) == (1.0, 1 / 3, 1.0, None)


def test_what_must_stay_is_a_false_alarm_and_a_rewrite_of_it_breaks(labels: ModuleType, scoring: ModuleType) -> None:
    one = _scored(
        labels,
        scoring,
        ("fix", "file", ("FWD001", "safe")),
        ("nofix", "file", ("FWD002", None)),
        ("nofix", "file", ("FWD001", None)),
        ("ignore", "deps", ("FWD001", "unsafe")),
        ("ignore", "deps", ("FWD003", "unsafe")),
        ("ignore", "deps", None),
    )
    assert (one.must_stay.total(), one.kept.total()) == (2, 1)
    assert dict(one.false_alarms) == {"file": 1, "deps": 1}
    assert (one.breaking["deps"], one.doubtful_breaking["deps"]) == (1, 1)
    assert one.safe_breaking.total() == 0
    assert [row for _, row, _ in one.wrong] == [2, 3, 4]
    assert one.precision == pytest.approx(1 / 3)


def test_a_target_is_missed_below_what_it_must_be_and_a_breaking_rewrite_is_one_too_many(
    labels: ModuleType, scoring: ModuleType
) -> None:
    good = _scored(labels, scoring, ("fix", "file", ("FWD001", "safe")))
    bad = _scored(labels, scoring, ("fix", "deps", None), ("ignore", "file", ("FWD001", "safe")))
    assert [target.held for target in scoring.targets(scoring.total([good]))] == [True] * 6
    held = {target.name: target.held for target in scoring.targets(scoring.total([good, bad]))}
    assert [name for name, is_held in held.items() if is_held] == [
        "recall, evidence `file` and `project`",
        "safe fixes among the calls found",
    ]


def test_at_first_sight_only_a_safe_rewrite_of_a_call_that_must_stay_is_one_too_many(
    labels: ModuleType, scoring: ModuleType
) -> None:
    found = [("fix", "file", ("FWD001", "safe"))] * 99
    unsafe = _scored(labels, scoring, *found, ("ignore", "file", ("FWD001", "unsafe")))
    safe = _scored(labels, scoring, *found, ("ignore", "file", ("FWD001", "safe")))
    assert [target.held for target in scoring.targets_at_first_sight(scoring.total([unsafe]))] == [True, True, True]
    assert [target.held for target in scoring.targets_at_first_sight(scoring.total([safe]))] == [True, True, False]


def test_a_label_that_is_none_is_refused(labels: ModuleType) -> None:
    with pytest.raises(ValueError, match="no such label: fixed, file"):
        labels.Label("fixed", "file", "")


def test_every_call_is_labelled_once(labels: ModuleType) -> None:
    packages = list(labels.read_labels(labels.LABELS))
    assert sum(len(package.labels) for package in packages) == 588


def test_the_second_set_has_other_packages_each_with_the_checksum_of_its_archive(labels: ModuleType) -> None:
    fresh = list(labels.read_labels(labels.FRESH))
    assert (len(fresh), sum(len(package.labels) for package in fresh)) == (27, 233)
    assert not {one.name for one in fresh} & {one.name for one in labels.read_labels(labels.LABELS)}
    assert all(one.pin.startswith(f"{one.requirement} --hash=sha256:") for one in fresh)


def test_where_some_releases_are_pinned_all_are(labels: ModuleType, tmp_path: Path) -> None:
    entry = {"path": "p.py", "row": 1, "column": 1, "verdict": "fix", "evidence": "file", "how": ""}
    rows = [json.dumps({"source": source, **entry}) for source in ("a==1", "b==1")]
    (tmp_path / "l.jsonl").write_text("\n".join(rows), encoding="utf-8")
    assert [one.pin for one in labels.read_labels(tmp_path / "l.jsonl")] == [None, None]
    (tmp_path / "l.txt").write_text("# Pins.\na==1 --hash=sha256:00\n", encoding="utf-8")
    with pytest.raises(KeyError, match="b==1"):
        list(labels.read_labels(tmp_path / "l.jsonl"))


def test_a_pin_is_what_pip_is_asked_for(tmp_path: Path, fetching: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(command: list[str], **_: object) -> None:
        asked.append(Path(command[command.index("--requirement") + 1]).read_text(encoding="utf-8"))
        assert "--require-hashes" in command
        with zipfile.ZipFile(Path(command[-1], "a-1-py3-none-any.whl"), "w") as wheel:
            wheel.writestr("a.py", "")

    monkeypatch.setattr(fetching.subprocess, "run", run)
    assert (fetching.fetch("a==1", tmp_path, "a==1 --hash=sha256:00") / "a.py").exists()
    assert asked == ["a==1 --hash=sha256:00\n"]


def test_a_sample_is_every_call_or_twelve_at_equal_distances(sampling: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("super().forward()\né = m.forward(n.forward)\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("x.forward(", encoding="utf-8")
    assert sampling.sample(tmp_path) == [("b.py", 2, 7)]
    (tmp_path / "a.py").write_text("m.forward()\n" * 23, encoding="utf-8")
    assert sampling.sample(tmp_path) == [("a.py", row, 3) for row in range(1, 24, 2)]


PROGRAM = '''\
"""A docstring."""
from __future__ import annotations

@decorated
def run(a, b):
    é = a.forward(b.first
        .forward(1)).forward(2)
'''


def test_a_question_leaves_the_program_as_it_is_but_for_itself(probes: ModuleType) -> None:
    text, questions = probes.ask(PROGRAM, [(6, 11), (7, 10), (7, 22)])
    for place, receiver in {(6, 11): "a", (7, 10): "b.first", (7, 22): "a.forward(b.first.forward(1))"}.items():
        question = questions[place]
        asked = text.splitlines()[question.row - 1][question.first - 1 : question.last]
        assert asked == f"(reveal_type(_forward_call_ask({receiver})), "

    class Unasked(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            assert isinstance(node.value, ast.Tuple)
            unasked = self.visit(node.value.elts[1])
            assert isinstance(unasked, ast.expr)
            return unasked

    tree = Unasked().visit(ast.parse(text))
    tree.body = [node for node in tree.body if "forward_call" not in ast.unparse(node)]
    tree.body = [node for node in tree.body if ast.unparse(node) != "from typing import reveal_type"]
    assert ast.dump(tree) == ast.dump(ast.parse(PROGRAM))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("IsModule", True),
        ("IsModule | IsNone", True),
        ("IsNone", False),
        ("IsModule | IsOther", False),
        ("Unknown", False),
        ("IsModule | Unknown", False),
    ],
)
def test_only_a_module_in_every_case_is_one(probes: ModuleType, answer: str, expected: bool) -> None:
    assert probes.is_module(answer) is expected


def test_the_benchmark_measures_a_small_package_right() -> None:
    command = [sys.executable, str(BENCHMARKS / "realworld.py"), "--smoke"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| small==1 | 1/1 | 1/1 | - | 0/1 | 1 | 0 | 0 |" in done.stdout


def test_a_run_without_any_package_holds_no_target() -> None:
    command = [sys.executable, str(BENCHMARKS / "realworld.py"), "nflows", "--without", "nflows", "--hold"]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, "realworld.py: error: --without leaves nothing")


def test_the_order_benchmark_finds_no_difference_in_a_small_project_and_would_notice_one() -> None:
    command = [sys.executable, str(BENCHMARKS / "order.py"), "--smoke"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 findings, 15 runs, 0 differences" in done.stdout


def test_the_warm_benchmark_finds_no_difference_in_a_small_project() -> None:
    command = [sys.executable, str(BENCHMARKS / "warm.py"), "--smoke"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smoke: 4 changes, 0 differences" in done.stdout


@pytest.mark.parametrize("name", ["methods", "classes", "strings", "line", "notebook"])
def test_the_report_benchmark_finds_each_finding_in_each_format(name: str) -> None:
    command = [sys.executable, str(BENCHMARKS / "reports.py"), "--smoke", "--program", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [row.split(" | ")[:3] for row in done.stdout.splitlines()[2:]]
    assert rows == [[f"| {name}", output_format, "20"] for output_format in FORMATS]


def _result(before_after: Any, *runs: dict[str, str]) -> Any:
    said = {"failure": "assert 1 ==\n 2", "passed": ""}
    first, second, after = (
        {test: before_after.running.Outcome(kind, said.get(kind, "")) for test, kind in run.items()} for run in runs
    )
    return before_after.compare.Result("p==1", "safe", first, second, after, 3, 2)


def test_a_changed_test_is_named_with_what_it_says_and_a_flaky_one_is_not(before_after: ModuleType) -> None:
    same = {"steady": "passed", "red": "failure"}
    result = _result(
        before_after,
        {**same, "breaks": "passed", "heals": "failure", "flaky": "passed", "goes": "passed"},
        {**same, "breaks": "passed", "heals": "failure", "flaky": "failure", "goes": "passed"},
        {**same, "breaks": "failure", "heals": "passed", "flaky": "failure", "comes": "skipped"},
    )
    assert result.flaky == {"flaky"}
    assert list(result.differences()) == [
        "p==1: breaks: passed, now failure: assert 1 == 2",
        "p==1: comes: absent, now skipped: ",
        "p==1: goes: passed, now absent: ",
        "p==1: heals: failure, now passed: assert 1 == 2",
    ]
    assert result.row() == ("p==1", "safe", "6", "4", "2", "4", "1", "3", "2")


def test_a_test_that_fails_otherwise_than_before_has_not_changed(before_after: ModuleType) -> None:
    result = _result(before_after, {"red": "failure"}, {"red": "failure"}, {"red": "failure"})
    result.after["red"] = before_after.running.Outcome("failure", "another message")
    assert (result.flaky, result.changed) == (set(), [])


def test_the_outcomes_of_a_report_are_read_with_their_messages(before_after: ModuleType, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        """<testsuites><testsuite><testcase classname="tests.test_a" name="test_1[x]" />
        <testcase classname="tests.test_a" name="test_2"><skipped message="no GPU" /></testcase>
        <testcase classname="tests.test_a" name="test_3"><properties /><failure message="no" /></testcase>
        <testcase classname="tests.test_a" name="test_4"><failure message="no" /><error message="worse" /></testcase>
        </testsuite></testsuites>"""
    )
    assert {test: tuple(outcome) for test, outcome in before_after.running.read_report(report).items()} == {
        "tests.test_a::test_1[x]": ("passed", ""),
        "tests.test_a::test_2": ("skipped", "no GPU"),
        "tests.test_a::test_3": ("failure", "no"),
        "tests.test_a::test_4": ("error", "worse"),
    }


REWRITTEN = """\
from torch import nn

a = nn.ModuleList([nn.Linear(1, 1)])
é = a[0]; é.forward(é.forward(1)) ; b = (
    é
    .forward
    (2)
)
(
    a[1]
    if a else a[0]
).forward(3)
a[
    0
].forward(
    4
)
"""


def test_rewritten_calls_are_found_again_where_python_counts_them(before_after: ModuleType, tmp_path: Path) -> None:
    unix, windows = tmp_path / "unix.py", tmp_path / "windows.py"
    unix.write_bytes(REWRITTEN.encode())
    windows.write_bytes(REWRITTEN.replace("\n", "\r\n").encode())
    places = before_after.rewrites.Fixing(Path(sys.executable)).apply(tmp_path)
    found = {path: [path.read_text(encoding="utf-8").splitlines()[row - 1] for row in places[path]] for path in places}
    calls = ["é = a[0]; é(é(1)) ; b = (", "é = a[0]; é(é(1)) ; b = (", "    é(2)", "    if a else a[0]", "a["]
    assert found == {unix: calls, windows: calls}


def test_what_no_test_comes_to_is_told(before_after: ModuleType) -> None:
    one, two = Path("one.py"), Path("two.py")
    missed = before_after.compare.unexecuted({one: [3, 3, 7], two: [1]}, {one: {1, 3}})
    assert list(missed) == [(one, 7), (two, 1)]


def test_mutation_changes_modules_and_runs_tests_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import mutation

    package, tests = BENCHMARKS.parent / "flake8_forward_call", BENCHMARKS.parent / "tests"
    for target in mutation.TARGETS.values():
        text = (package / target.path).read_text(encoding="utf-8")
        assert all((tests / name).is_file() for name in (*target.quick, *target.slow))
        assert all(f"def {name}(" in text for name in target.functions)
    for (name, changed), reason in mutation.HARMLESS.items():
        assert name in mutation.TARGETS
        assert changed
        assert reason
