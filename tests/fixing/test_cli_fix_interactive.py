"""``forward-call fix --interactive``: the output, the possible answers, and their effects."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import forward_call

from flake8_forward_call import explaining
from flake8_forward_call.fixing import interactive
from flake8_forward_call.sources.source import SourceError

NET = """\
from torch import nn
from plugins import load


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)

    def forward(self, x):
        x = self.a.forward(self.b.forward(x))
        return self.a.forward(
            x
        )


def run(x, base: nn.Module, path=None):
    model = load(path) if path else base
    return model.forward(x)
"""
# In the order of the questions.
CALLS = ["self.a.forward(self", "self.b.forward", "self.a.forward(\n", "model.forward"]
QUESTION = "Rewrite this call? ({}/3) [y,n,a,d,q,?] "


def without(*numbers: int) -> str:
    """The program with the calls with these numbers rewritten."""
    text = NET
    for number in numbers:
        text = text.replace(CALLS[number], CALLS[number].replace(".forward", ""))
    return text


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def nets() -> list[Path]:
    paths = [Path("a.py"), Path("b.py")]
    for path in paths:
        path.write_text(NET)
    return paths


@pytest.mark.parametrize(
    ("answers", "first", "second"),
    [
        ("y y y y y y", {0, 1, 2}, {0, 1, 2}),
        ("n n n n n n", set(), set()),
        ("y n n n y n", {0}, {1}),
        ("n y n n n y", {1}, {2}),
        ("a n n y", {0, 1, 2}, {2}),
        ("n a d", {1, 2}, set()),
        ("d a", set(), {0, 1, 2}),
        ("y d y n d", {0}, {0}),
        ("q", set(), set()),
        ("y q", {0}, set()),
        ("y n y n y q", {0, 2}, {1}),
        ("y", {0}, set()),  # Here the answers end.
        ("", set(), set()),
        ("Y x ?", {0}, set()),
    ],
)
def test_what_is_accepted_is_rewritten_and_nothing_else(
    nets: list[Path], answers: str, first: set[int], second: set[int]
) -> None:
    done = forward_call("fix", "-i", *nets, stdin="\n".join(answers.split()).encode())
    assert [path.read_text() for path in nets] == [without(*first), without(*second)]
    assert done.status == (0 if len(first) == len(second) == 3 else 1)
    assert done.err == ""
    assert done.out.count(" -> ") == len(first) + len(second)


def test_shows_finding_evidence_and_change_and_then_asks(nets: list[Path]) -> None:
    done = forward_call("fix", "--interactive", "a.py", stdin=b"n\nq\n")
    assert done.out.split(QUESTION.format(1))[0].splitlines() == [
        "a.py:12:20: FWD001 self.a.forward(...) skips Module.__call__, so hooks do not run; call self.a(...)",
        "  a.py:8: `self.a` is set to `nn.Linear(4, 4)`",
        "  class `torch.nn.modules.linear.Linear` derives from torch.nn.Module",
        "@@ -9,7 +9,7 @@",
        "         self.b = nn.Linear(4, 4)",
        " ",
        "     def forward(self, x):",
        "-        x = self.a.forward(self.b.forward(x))",
        "+        x = self.a(self.b.forward(x))",
        "         return self.a.forward(",
        "             x",
        "         )",
    ]
    assert nets[0].read_text() == NET


def test_change_is_shown_after_those_accepted_before(nets: list[Path]) -> None:
    done = forward_call("fix", "--interactive", *nets, stdin=b"y\nq\n")
    assert "-        x = self.a(self.b.forward(x))\n+        x = self.a(self.b(x))" in done.out


def test_tells_what_was_done_and_what_remains(nets: list[Path]) -> None:
    done = forward_call("fix", "--interactive", *nets, stdin=b"d\ny\nq\n")
    assert "b.py:12:20: self.a.forward(...) -> self.a(...)\n" in done.out
    remaining = forward_call("check", *nets).lines
    assert done.lines[-len(remaining) - 2 :] == [
        *remaining,
        "Fixed 1 call in 1 file; 5 findings remain.",
        "The remaining files were not checked.",
    ]


def test_after_quitting_no_file_is_looked_at(nets: list[Path]) -> None:
    done = forward_call("fix", "--interactive", *nets, stdin=b"q\n")
    assert "b.py" not in done.out
    assert "Fixed nothing; 3 findings remain." in done.lines


def test_help_tells_of_every_answer(nets: list[Path]) -> None:
    done = forward_call("fix", "--interactive", "a.py", stdin=b"?\n\n\xff\nd\n")
    assert done.out.count(QUESTION.format(1)) == 4
    for letter in "ynadq":
        assert done.out.count(f"{letter} - ") == 3
    assert nets[0].read_text() == NET


def test_unsafe_fixes_are_asked_about_only_if_asked_for(nets: list[Path]) -> None:
    select = ("--select", "FWD003", "--interactive", "a.py")
    done = forward_call("fix", *select, stdin=b"y\n")
    assert "Rewrite this call?" not in done.out
    assert done.status == 1
    done = forward_call("fix", "--unsafe-fixes", *select, stdin=b"y\n")
    assert "Rewrite this call, which is not safe? (1/1)" in done.out
    assert (done.status, nets[0].read_text()) == (0, without(3))


def test_nothing_to_fix_asks_nothing() -> None:
    Path("clean.py").write_text(without(0, 1, 2))
    done = forward_call("fix", "--interactive", stdin=b"")
    assert (done.status, done.out) == (0, "Nothing to fix.\n")


def test_line_ends_are_not_shown_and_stay() -> None:
    Path("net.py").write_bytes(NET.replace("\n", "\r\n").encode())
    done = forward_call("fix", "--interactive", stdin=b"a\n")
    assert b"\r" not in done.out_bytes
    assert Path("net.py").read_bytes() == without(0, 1, 2).replace("\n", "\r\n").encode()


def test_without_evidence_it_asks_all_the_same(nets: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SourceError("it is nested too deeply")

    monkeypatch.setattr(explaining, "explain", fail)
    assert forward_call("fix", "--interactive", "a.py", stdin=b"a\n").status == 0
    assert nets[0].read_text() == without(0, 1, 2)


def test_lost_terminal_is_the_end(nets: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        @property
        def buffer(self) -> Gone:
            return self

        def readline(self) -> bytes:
            raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(interactive, "sys", type("System", (), {"stdin": Gone()}))
        assert forward_call("fix", "--interactive", "a.py").status == 1
        patch.setattr(interactive, "sys", type("System", (), {"stdin": None}))
        assert forward_call("fix", "--interactive", "a.py").status == 1
    assert nets[0].read_text() == NET


def test_interrupt_at_a_question_leaves_that_file_and_tells_of_those_done(
    nets: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["a", "y"])

    def read_line() -> str:
        try:
            return next(answers)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(interactive, "_read_line", read_line)
    done = forward_call("fix", "--interactive", *nets)
    assert done.status == 2
    assert done.out.endswith(f"{QUESTION.format(2)}\n")
    assert done.err == "forward-call: Interrupted: 1 file fixed, the others are unchanged.\n"
    assert [path.read_text() for path in nets] == [without(0, 1, 2), NET]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["-"], "standard input"),
        (["--diff", "."], "--diff"),
        (["--output-format", "json", "."], "--output-format json"),
    ],
)
def test_what_it_cannot_go_with(args: list[str], reason: str, nets: list[Path]) -> None:
    done = forward_call("fix", "--interactive", *args, stdin=b"y\n")
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "--interactive" in done.err
    assert reason in done.err
    assert nets[0].read_text() == NET


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
def test_on_a_real_terminal(nets: list[Path]) -> None:
    import pty

    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    command = [sys.executable, "-m", "flake8_forward_call", "fix", "--interactive", "--no-site-packages", "a.py"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        for answer in (b"n\n", b"a\n"):
            while not shown.endswith(b"?] \x1b[0m"):
                shown += os.read(ours, 4096)
            os.write(ours, answer)
            shown += os.read(ours, 1)
        try:
            while more := os.read(ours, 4096):
                shown += more
        except OSError:  # On Linux, this is the end of the output.
            pass
        os.close(ours)
    assert process.returncode == 1
    assert nets[0].read_text() == without(1, 2)
    assert b"\x1b[31m-        x = self.a.forward(self.b.forward(x))\x1b[0m" in shown
    assert b"\x1b[32m+        x = self.a(self.b.forward(x))\x1b[0m" in shown
