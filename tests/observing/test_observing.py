"""What a run shows: which calls bypass the call of a module, on what, and what they skip."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from observed_runs import calls_in, observe, record_in, start, write

HAS_COLUMNS = sys.version_info >= (3, 11)

NET = """\
import functools
from torch import nn


def log(module, args):
    pass


class Base(nn.Module):
    def forward(self, x):
        return x


class Net(Base):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear()

    def forward(self, x):
        return self.inner(super().forward(x)) + Base.forward(self, x)


class Robot:
    def forward(self, x):
        return x


net, linear = Net(), nn.Linear()
"""
ROWS = NET.count("\n")


def seen(root: Path, lines: str, *options: str) -> dict[int, str]:
    """What was seen in these lines, by their number, after the definitions of ``NET``."""
    done = observe(root, NET + lines, *options)
    assert done.returncode == 0, done.stderr
    return {int(place.split(":")[1]) - ROWS: told for place, told in calls_in(root).items()}


def test_direct_calls_are_told_from_calls_and_from_the_parent_s_forward(tmp_path: Path) -> None:
    program = """\
net(1)
net.forward(1)
for _ in range(3): linear.forward(1)
Net.forward(net, 1)
type(net).forward(net, 1)
net.__class__.forward(net, 1)
"""
    assert seen(tmp_path, program) == {2: "called __main__.Net=1", 3: "called torch.nn.modules.module.Linear=3"}


def test_place_is_that_of_the_name(tmp_path: Path) -> None:
    program = '(net\n  .inner\n  . forward\n  (1))\nx = "ä"; net.forward(1); print(f"{linear.forward(1)}")\n'
    assert observe(tmp_path, NET + program).returncode == 0
    places = [place.removeprefix("main.py:") for place in calls_in(tmp_path)]
    if not HAS_COLUMNS:
        assert {place.partition(":")[0] for place in places} == {str(ROWS + 3), str(ROWS + 5)}
    elif sys.version_info < (3, 12):  # The call in the string has no place of its own.
        assert places == [f"{ROWS + 3}:5", f"{ROWS + 5}:None", f"{ROWS + 5}:14"]
    else:
        assert places == [f"{ROWS + 3}:5", f"{ROWS + 5}:14", f"{ROWS + 5}:42"]


def test_function_that_is_passed_on_is_seen_where_it_is_passed(tmp_path: Path) -> None:
    program = """\
def apply(function, x):
    return function(x)

apply(net.forward, 1)
list(map(linear.forward, [1, 2]))
known = net.forward
known(1)
getattr(linear, "forward")(1)
functools.partial(linear.forward, 1)()
"""
    assert seen(tmp_path, program) == {
        4: "passed __main__.Net=1",
        5: "passed torch.nn.modules.module.Linear=2",
        7: "indirect __main__.Net=1",
        8: "indirect torch.nn.modules.module.Linear=1",
        9: "passed torch.nn.modules.module.Linear=1",
    }


def test_decorated_forward_is_seen_at_its_own_call_only(tmp_path: Path) -> None:
    program = """\
def wrapping(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper

def hiding(function):
    def wrapper(*args):
        return function(*args)
    return wrapper

class Wrapped(nn.Module):
    @wrapping
    def forward(self, x):
        return x
    @wrapping
    def other(self, x):
        return x

class Hidden(nn.Module):
    @hiding
    def forward(self, x):
        return x
    @hiding
    def other(self, x):
        return x

Wrapped()(1), Wrapped().other(1), Hidden()(1), Hidden().other(1)
Wrapped().forward(1)
Hidden().forward(1)
"""
    assert seen(tmp_path, program) == {29: "called __main__.Wrapped=1", 30: "called __main__.Hidden=1"}


def test_objects_that_are_no_modules_are_seen_as_such(tmp_path: Path) -> None:
    program = "for one in (Robot(), linear):\n    one.forward(1)\n"
    told = seen(tmp_path, program)
    assert told == {2: "called __main__.Robot=1 torch.nn.modules.module.Linear=1"}
    (file,) = record_in(tmp_path)["files"]
    assert [one["module"] for one in file["calls"][0]["receivers"]] == [False, True]


def test_skipped_hooks_are_named_unless_the_module_s_own_call_has_run_them(tmp_path: Path) -> None:
    program = """\
class Own(nn.Module):
    def forward(self, x):
        return self.forward(x - 1) if x else x

own = Own()
own.register_forward_pre_hook(log)
linear.register_forward_pre_hook(functools.partial(log))
own(1)
linear.forward(1)
"""
    assert observe(tmp_path, NET + program).returncode == 0
    (file,) = record_in(tmp_path)["files"]
    assert [[each["hook"] for each in one["skipped"]] for one in file["calls"]] == [[], ["__main__.log"]]
    assert file["calls"][1]["skipped"][0]["kind"] == "forward pre-hook"


def test_class_with_a_call_of_its_own_is_marked_and_its_call_counts(tmp_path: Path) -> None:
    program = """\
class Own(nn.Module):
    def forward(self, x):
        return x
    def __call__(self, x):
        return self.forward(x)

Own()(1)
Own().forward(1)
"""
    assert seen(tmp_path, program) == {8: "called __main__.Own=1"}
    (file,) = record_in(tmp_path)["files"]
    assert file["calls"][0]["receivers"][0]["plain"] is False


def test_program_that_replaces_the_call_of_all_modules_works_as_before(tmp_path: Path) -> None:
    program = """\
old = nn.Module.__call__
def new(self, *args):
    return old(self, *args) + 100

nn.Module.__call__ = new
print(linear(1))
print(linear.forward(1))
def bare(self, *args):
    return self.forward(*args)
nn.Module.__call__ = bare
print(linear(1))
"""
    done = observe(tmp_path, NET + program)
    assert done.stdout == "101\n1\n1\n"
    assert list(calls_in(tmp_path).values()) == ["called torch.nn.modules.module.Linear=1"]


@pytest.mark.parametrize("name", ["__call__", "_call_impl"])
def test_what_a_program_puts_in_place_of_a_step_of_the_call_is_no_direct_call(tmp_path: Path, name: str) -> None:
    program = f"""\
def bare(self, *args):
    return self.forward(*args)
if {name!r} != "__call__":
    nn.Module.__call__ = lambda self, *args: self.{name}(*args)
nn.Module.{name} = bare
print(linear(1))
class Own(nn.Linear):
    {name} = bare
print(Own()(1))
"""
    assert seen(tmp_path, program) == {}


def test_modules_that_the_program_changes_later_are_seen(tmp_path: Path) -> None:
    program = """\
import types
linear.forward = types.MethodType(lambda self, x: nn.Linear.forward(self, x), linear)
linear(1)
linear.forward = net.forward
linear(1)
"""
    assert seen(tmp_path, program) == {}


def test_what_cannot_be_seen_is_told(tmp_path: Path) -> None:
    program = """\
class Fast(nn.Module):
    forward = staticmethod(len)

class Late(nn.Module):
    def forward(self, x):
        yield x

Fast().forward("ab")
list(Late().forward(1))
"""
    assert seen(tmp_path, program) == {}
    unseen = {one["class"]: one["reason"] for one in record_in(tmp_path)["unseen"]}
    assert unseen == {
        "__main__.Fast": "its forward is a staticmethod, not a Python function",
        "__main__.Late": "it is a generator or a coroutine",
    }


def test_threads_and_forked_processes_are_seen(tmp_path: Path) -> None:
    program = """\
import os, threading
def work(function):
    for _ in range(50):
        linear.forward(1)

threads = [threading.Thread(target=work, args=(None,)) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
threading.Thread(target=net.forward, args=(1,)).start()
if hasattr(os, "fork"):
    child = os.fork()
    if child == 0:
        net.forward(1)
        os._exit(0)
    os.waitpid(child, 0)
"""
    told = seen(tmp_path, program)
    assert told[4] == "called torch.nn.modules.module.Linear=200"
    if sys.platform != "win32":
        assert told[13] == "called __main__.Net=1"
    assert record_in(tmp_path)["untraced"] == 1


def test_program_that_kills_itself_leaves_what_was_seen(tmp_path: Path) -> None:
    done = observe(tmp_path, NET + "import os\nnet.forward(1)\nos._exit(7)\n")
    assert done.returncode == 7
    assert not (tmp_path / "forward-call-observed.json").exists()
    checked = start(
        tmp_path,
        "-m",
        "flake8_forward_call",
        "explain",
        "--observed",
        "forward-call-observed.json",
        f"main.py:{ROWS + 2}",
    )
    assert "at run time: forward() was called directly once, on __main__.Net" in checked.stdout
    again = start(tmp_path, "-m", "flake8_forward_call.observe", "-c", "pass")
    assert again.returncode == 2
    assert observe(tmp_path, NET).returncode == 0
    assert record_in(tmp_path)["notes"] == ["1 part of a run that did not end was added"]
    assert list(calls_in(tmp_path).values()) == ["called __main__.Net=1"]


def test_program_gets_its_arguments_and_its_exit_status_comes_out(tmp_path: Path) -> None:
    program = (
        "import sys, pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))\nprint(sys.argv, __name__)\nsys.exit(5)\n"
    )
    write(tmp_path, {"main.py": program, "package/__init__.py": "", "package/__main__.py": program})
    run = ("-m", "flake8_forward_call.observe", "--record", "own.json")
    done = start(tmp_path, *run, "main.py", "--fail", "-m", "x")
    assert (done.returncode, done.stdout) == (5, "['main.py', '--fail', '-m', 'x'] __main__\n")
    done = start(tmp_path, *run, "-m", "package", "--record", "y")
    assert done.returncode == 5
    assert done.stdout.endswith("__main__.py', '--record', 'y'] __main__\n")
    assert "torch was not imported" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "name a script, or a module with -m"), (("-m",), "name a script"), (("none.py",), "none.py: No such file")],
)
def test_program_that_is_not_there_is_an_error(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    write(tmp_path, {})
    done = start(tmp_path, "-m", "flake8_forward_call.observe", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.skipif(not HAS_COLUMNS, reason="this option of Python is new in 3.11")
def test_path_of_a_careful_python_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "import sys\nprint(sys.path[0])\n"})
    plain = start(tmp_path, "-P", "main.py")
    done = start(tmp_path, "-P", "-m", "flake8_forward_call.observe", "main.py")
    assert done.stdout == plain.stdout


def test_error_of_the_program_is_shown_as_python_shows_it(tmp_path: Path) -> None:
    done = observe(tmp_path, "def fail():\n    raise KeyError('mine')\nfail()\n")
    assert done.returncode == 1
    assert done.stderr.startswith('Traceback (most recent call last):\n  File "main.py", line 3, in <module>\n')
    assert "running.py" not in done.stderr
    assert "KeyError: 'mine'" in done.stderr


@pytest.mark.parametrize(
    ("policy", "hook", "status"),
    [("never", True, 0), ("skipped", False, 0), ("skipped", True, 1), ("any", False, 1)],
)
def test_exit_status_follows_the_policy(tmp_path: Path, policy: str, hook: bool, status: int) -> None:
    program = NET + ("net.register_forward_pre_hook(log)\n" if hook else "") + "net.forward(1)\n"
    done = observe(tmp_path, program, "--fail", policy)
    assert done.returncode == status
    assert "forward-call: 1 direct call of forward() in 1 place; " in done.stderr
    assert ("1 of them skipped 1 hook" if hook else "no hooks were skipped") in done.stderr


def test_import_of_torch_that_fails_fails_as_before(tmp_path: Path) -> None:
    write(
        tmp_path, {"main.py": "try:\n    import torch\nexcept ImportError as error:\n    print(error)\nimport torch\n"}
    )
    (tmp_path / "stub/torch/nn/__init__.py").write_text(
        "import os\nif not os.environ.pop('WAS', ''):\n    os.environ['WAS'] = '1'\n    raise ImportError('no')\n"
    )
    done = start(tmp_path, "-m", "flake8_forward_call.observe", "main.py")
    assert done.stdout == "no\n"
    assert done.returncode == 0
    assert any("torch could not be observed" in note for note in record_in(tmp_path)["notes"])


def test_files_outside_the_project_are_apart(tmp_path: Path) -> None:
    site = tmp_path / "venv/site-packages/vendor.py"
    write(
        tmp_path,
        {"main.py": f"import sys\nsys.path.append({str(site.parent)!r})\nimport vendor\n" + NET + "vendor.run(net)\n"},
    )
    site.parent.mkdir(parents=True)
    site.write_text("def run(net):\n    return net.forward(1)\n")
    done = start(tmp_path, "-m", "flake8_forward_call.observe", "main.py")
    assert calls_in(tmp_path) == {}
    assert [(one["path"], one["outside"]) for one in record_in(tmp_path)["files"]] == [("vendor.py", True)]
    assert "1 direct call in installed packages and other files outside the project" in done.stderr


def test_file_that_changes_while_the_program_runs_has_no_digest(tmp_path: Path) -> None:
    program = """\
import os, pathlib, time
pathlib.Path("made.py").write_text("def run(net):\\n    return net.forward(1)\\n")
os.utime("made.py", (time.time() + 9, time.time() + 9))
import made
made.run(net)
"""
    assert observe(tmp_path, NET + program).returncode == 0
    assert [one["digest"] for one in record_in(tmp_path)["files"] if one["path"] == "made.py"] == [""]


def test_names_of_the_program_are_printable(tmp_path: Path) -> None:
    done = observe(tmp_path, NET + "type('\\x1b[2J\\n::error::', (Base,), {})().forward(1)\n")
    assert "\x1b" not in done.stderr
    assert r"__main__.\x1b[2J\n::error::" in done.stderr


def test_block_of_code_is_observed(tmp_path: Path) -> None:
    program = """\
from flake8_forward_call.observe import observe

net.forward(1)
with observe("own.json") as seen:
    net.forward(1)
    net.inner.forward(1)
net.forward(1)
print(seen)
with observe() as nothing:
    pass
print(nothing)
try:
    with observe("main.py"):
        pass
except OSError as error:
    print(str(error)[-19:])
"""
    write(tmp_path, {"main.py": NET + program})
    done = start(tmp_path, "main.py")
    assert done.stdout.splitlines()[0] == "2 direct calls of forward() in 2 places; no hooks were skipped", done.stderr
    assert done.stdout.splitlines()[-2:] == ["no direct calls of forward() were seen", "and is not overwritten"[-19:]]
    assert (tmp_path / "own.json").exists()
