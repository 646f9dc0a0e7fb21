"""``check`` and ``fix`` with several processes: the same output, whatever happens to one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call, python

from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.report.formats import FORMATS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="these processes are forked, or ended by signals"),
]

# What the others of a project rest on, a file with a finding that cannot be fixed, and one that does not parse.
BASE = "from torch import nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n"
DERIVED = """\
from pack.base import Base


class Net(Base):
    def run(self, x):
        return self.forward(x)  # Called from elsewhere.


def use(x):
    return Net().forward(x)
"""
OVERRIDE = "from torch import nn\n\n\nclass Odd(nn.Module):\n    def __call__(self, x):\n        return x\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    files = {"pack/__init__.py": "", "pack/base.py": BASE, "pack/odd.py": OVERRIDE, "pack/torn.py": "x.forward(\n"}
    files |= {f"pack/part{number}/net.py": DERIVED for number in range(3)}
    files |= {"setup.py": "", "silent.py": "pass\n", "top.py": PROGRAM, "top_again.py": PROGRAM}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def started(code: str, *args: str) -> subprocess.Popen[bytes]:
    """A process that does something with this package, and then runs the command."""
    text = f"{textwrap.dedent(code)}\nfrom flake8_forward_call.cli import main\nsys.exit(main(sys.argv[1:]))\n"
    # Without coverage, which takes a lock in its tracer and deadlocks if a signal comes at that moment.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", f"import os, signal, sys, time\n{text}", *args]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, start_new_session=True
    )


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    try:
        out, err = process.communicate(timeout=100)
    finally:
        process.kill()
    return process.returncode, out.decode(), err.decode()


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    # A process that has ended and that nobody has asked about is there as well.
    state = Path(f"/proc/{number}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def are_gone(numbers: Sequence[int]) -> bool:
    deadline = time.monotonic() + 20
    while any(map(is_alive, numbers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_alive, numbers))


@pytest.mark.parametrize("name", FORMATS)
def test_output_is_the_same_in_every_format(name: str) -> None:
    alone = forward_call("check", "-j", "1", "--output-format", name, "--select", "FWD")
    together = forward_call("check", "-j", "3", "--output-format", name, "--select", "FWD")
    assert alone.status == 1
    # The HTML report shows the command line and the settings.
    assert together.out.replace("-j 3", "-j 1").replace("jobs = 3", "jobs = 1") == alone.out
    assert (together.status, together.err) == (alone.status, alone.err)


@pytest.mark.parametrize("args", [("fix", "--diff"), ("fix", "--diff", "--unsafe-fixes", "--summary", "markdown")])
def test_diff_is_the_same(args: Sequence[str]) -> None:
    alone, together = forward_call(*args, "-j", "1"), forward_call(*args, "-j", "3")
    assert (together.status, together.out.replace("-j 3", "-j 1"), together.err) == (alone.status, alone.out, alone.err)


def test_fix_writes_and_prints_the_same(project: Path) -> None:
    def texts() -> dict[str, str]:
        return {str(path): path.read_text() for path in sorted(project.rglob("*.py"))}

    before = texts()
    alone, after = forward_call("fix", "-j", "1"), texts()
    assert after[str(project / "top.py")] == FIXED
    for name, text in before.items():
        Path(name).write_text(text)
    together = forward_call("fix", "-j", "3")
    assert (together, texts()) == (alone, after)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_every_way_to_start_processes_gives_the_same(method: str, tmp_path: Path) -> None:
    program = tmp_path / "start.py"
    program.write_text(
        "import multiprocessing, sys\nfrom flake8_forward_call.cli import main\n"
        f"if __name__ == '__main__':\n    multiprocessing.set_start_method({method!r})\n"
        "    sys.exit(main(sys.argv[1:]))\n"
    )
    alone = forward_call("check", "-j", "1", "--ignore-noqa", "--no-site-packages", "pack", "top.py")
    command = [
        sys.executable,
        str(program),
        "check",
        "-j",
        "2",
        "--ignore-noqa",
        "--no-site-packages",
        "pack",
        "top.py",
    ]
    done = subprocess.run(command, capture_output=True, timeout=100, check=False)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, alone.out_bytes, "")


def test_results_of_all_processes_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    cold = forward_call("check", "-j", "3")
    code = """
    import sys
    from flake8_forward_call import analysis
    from flake8_forward_call.cli import main

    found = analysis._found
    analysis._found = lambda source, **options: asked.append(source.path) or found(source, **options)
    asked = []
    status = main(sys.argv[1:])
    print(asked, file=sys.stderr)
    """
    warm = python(textwrap.dedent(code), "check", "-j", "1", "--no-site-packages")
    assert warm.out == cold.out
    assert warm.err == "['./pack/torn.py']\n"  # A file that does not parse is analysed each time.


DYING = """
from flake8_forward_call import analysis
found, parent = analysis._found, os.getpid()
def die(source, **options):
    if os.getpid() != parent and "part1" in source.path and {condition}:
        os.kill(os.getpid(), signal.SIGKILL)
    return found(source, **options)
analysis._found = die
"""


def test_file_of_a_process_that_dies_is_done_again(project: Path) -> None:
    alone = forward_call("check", "-j", "1")
    once = "not os.path.exists('died') and open('died', 'w').close() is None"
    status, out, err = ended(started(DYING.format(condition=once), "check", "-j", "2", "--no-site-packages"))
    assert (status, out) == (1, alone.out)
    assert err == "forward-call: a process was killed by SIGKILL; ./pack/part1/net.py is checked again\n"


def test_file_of_which_every_process_dies_is_reported(project: Path) -> None:
    alone = forward_call("check", "-j", "1")
    status, out, _ = ended(started(DYING.format(condition="True"), "check", "-j", "2", "--no-site-packages"))
    assert status == 1
    told = (
        "./pack/part1/net.py:1:1: FWD900 cannot analyse file: "
        "2 processes died while they analysed it; the last one was killed by SIGKILL"
    )
    lines = [line for line in alone.lines if "part1" not in line]
    assert sorted(out.splitlines()) == sorted([*lines, told])


def test_fix_leaves_a_file_alone_of_which_every_process_dies(project: Path) -> None:
    status, out, _ = ended(started(DYING.format(condition="True"), "fix", "-j", "2", "--no-site-packages"))
    assert status == 1
    assert "./pack/part1/net.py:1:1: FWD900 cannot analyse file: 2 processes died" in out
    assert Path("pack/part1/net.py").read_text() == DERIVED
    assert Path("top.py").read_text() == FIXED


def test_if_processes_keep_dying_the_rest_is_done_by_this_one(project: Path) -> None:
    for number in range(30):
        Path(f"net{number}.py").write_text(PROGRAM)
    alone = forward_call("check", "-j", "1")
    always = DYING.replace('and "part1" in source.path', "").format(condition="True")
    status, out, err = ended(started(always, "check", "-j", "2", "--no-site-packages"))
    assert status == 1
    assert 11 <= len(err.splitlines()) <= 13
    analysed = [line for line in out.splitlines() if "died" not in line]
    assert analysed
    assert set(analysed) < set(alone.lines)


def test_without_room_for_processes_this_one_does_the_work() -> None:
    full = """
    from multiprocessing import process
    def start(self):
        raise BlockingIOError(11, "Resource temporarily unavailable")
    process.BaseProcess.start = start
    """
    alone = forward_call("check", "-j", "1")
    assert ended(started(full, "check", "-j", "2", "--no-site-packages")) == (1, alone.out, "")


def test_error_in_a_process_is_raised_by_this_one() -> None:
    odd = """
    from flake8_forward_call.commands import check
    do, parent = check.Checking.do, os.getpid()
    def fail(self, each):
        if os.getpid() != parent:
            raise ValueError("only there")
        return do(self, each)
    check.Checking.do = fail
    """
    alone = forward_call("check", "-j", "1")
    assert ended(started(odd, "check", "-j", "2", "--no-site-packages")) == (1, alone.out, "")


HANGING = """
from flake8_forward_call import analysis
parent = os.getpid()
def hang(source, **options):
    if os.getpid() == parent:
        return []
    open(f"hangs-{os.getpid()}", "w").close()
    time.sleep(100)
analysis._found = hang
"""


def hanging(project: Path, *args: str) -> tuple[subprocess.Popen[bytes], list[int]]:
    """A run with two processes that wait for ever, and these two."""
    process = started(HANGING, *args)
    deadline = time.monotonic() + 60
    while len(found := list(project.glob("hangs-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    return process, [int(path.name.partition("-")[2]) for path in found]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("is_for_all", [False, True])
def test_interrupted_run_says_so_and_leaves_no_process(name: str, is_for_all: bool, project: Path) -> None:
    process, others = hanging(project, "check", "-j", "2")
    assert len(others) == 2
    if is_for_all and name != "SIGTERM":  # As Ctrl-C in a terminal.
        os.killpg(process.pid, getattr(signal, name))
    else:
        process.send_signal(getattr(signal, name))
    assert ended(process) == (2, "", "forward-call: Interrupted: not all files were checked.\n")
    assert are_gone(others)


def test_interrupted_fix_has_changed_nothing(project: Path) -> None:
    process, others = hanging(project, "fix", "-j", "2")
    os.killpg(process.pid, signal.SIGINT)
    status, out, err = ended(process)
    assert (status, out) == (2, "")
    assert err == "forward-call: Interrupted: 0 files fixed, the others are unchanged.\n"
    assert are_gone(others)
    assert Path("top.py").read_text() == PROGRAM


def test_processes_end_if_the_first_one_is_killed(project: Path) -> None:
    waiting = HANGING.replace("time.sleep(100)", "time.sleep(1)\n    return []")
    process = started(waiting, "check", "-j", "2")
    deadline = time.monotonic() + 60
    while len(found := list(project.glob("hangs-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    ended(process)
    assert len(found) == 2
    assert are_gone([int(path.name.partition("-")[2]) for path in found])


def test_one_process_does_what_needs_one() -> None:
    alone = forward_call("check", "-j", "1", "-", stdin=PROGRAM.encode())
    assert forward_call("check", "-j", "3", "-", stdin=PROGRAM.encode()) == alone
    typed = forward_call("fix", "-j", "3", "--typed-call", "--diff", "top.py", "top_again.py")
    assert typed == forward_call("fix", "-j", "1", "--typed-call", "--diff", "top.py", "top_again.py")


# Starts a process for any file, on a machine with little memory, and tells how many there are.
LITTLE_MEMORY = """
from flake8_forward_call.jobs import counting, crew, memory
counting.WORTH_A_FORK = 1
counting.processors = lambda: 3
memory.total = lambda: {memory}
begun = crew.Crew.__init__
def begin(self, task, inputs, number, *args, **others):
    print(number, "processes", file=sys.stderr)
    begun(self, task, inputs, number, *args, **others)
crew.Crew.__init__ = begin
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a process that is started afresh does not know what was changed")
@pytest.mark.parametrize(
    ("memory", "args", "expected"),
    [(1 << 40, (), "3 processes\n"), (1, (), ""), (1, ("-j", "2"), "2 processes\n"), (None, (), "3 processes\n")],
)
def test_without_a_number_there_are_as_many_as_the_memory_is_enough_for(
    memory: int | None, args: Sequence[str], expected: str
) -> None:
    status, out, err = ended(started(LITTLE_MEMORY.format(memory=memory), "check", "--no-cache", *args))
    alone = forward_call("check", "-j", "1", "--no-cache")
    assert (status, out, err.replace(alone.err, "")) == (1, alone.out, expected)
