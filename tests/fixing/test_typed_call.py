"""``fix --typed-call``: type checkers see the types of ``forward`` in calls, and nothing else changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import forward_call
from documents import code, notebook

from flake8_forward_call.fixing import typed_call, typing_calls
from flake8_forward_call.fixing.typed_call import typed
from flake8_forward_call.sources.source import Source, SourceError

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()

    def forward(self, x: int, *, scale: float = 1.0) -> str:
        return str(x * scale)
"""
CALL = """

    if TYPE_CHECKING:

        def __call__(self, x: int, *, scale: float = 1.0) -> str: ...
"""
TYPED = "from typing import TYPE_CHECKING\n" + NET.rstrip("\n") + CALL
RUN = "from net import Net\n\n\ndef run(net: Net) -> str:\n    return net.forward(1)\n"
FIXED = RUN.replace("net.forward(1)", "net(1)")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a class in one file and a call in another."""
    top = tmp_path / "project"
    top.mkdir()
    (top / "setup.py").touch()
    (top / "net.py").write_text(NET)
    (top / "run.py").write_text(RUN)
    monkeypatch.chdir(top)
    return top


def fixed(*paths: str) -> str:
    """The text of net.py after the fix."""
    done = forward_call("fix", "--typed-call", *paths or (".",))
    assert (done.status, done.err) == (0, "")
    return Path("net.py").read_text()


def test_class_in_another_file_gets_a_typed_call_below_forward() -> None:
    done = forward_call("fix", "--typed-call", ".")
    assert done.status == 0
    assert "./net.py: typed the calls of Net" in done.lines
    assert Path("net.py").read_text() == TYPED
    assert Path("run.py").read_text() == FIXED


def test_a_second_run_changes_nothing() -> None:
    fixed()
    Path("run.py").write_text(RUN)
    assert fixed() == TYPED


def test_without_the_option_no_call_is_typed() -> None:
    forward_call("fix", ".")
    assert Path("net.py").read_text() == NET


def test_a_class_without_rewritten_calls_gets_none() -> None:
    Path("run.py").write_text(FIXED)
    assert fixed() == NET


def test_a_file_that_is_not_checked_is_not_changed() -> None:
    assert fixed("run.py") == NET


def test_a_diff_shows_both_changes_and_makes_none() -> None:
    done = forward_call("fix", "--typed-call", "--diff", ".")
    assert done.status == 1
    assert "+        def __call__(self, x: int, *, scale: float = 1.0) -> str: ..." in done.lines
    assert "+    return net(1)" in done.lines
    assert (Path("net.py").read_text(), Path("run.py").read_text()) == (NET, RUN)


def test_a_diff_has_one_part_for_a_file_with_both_changes() -> None:
    Path("net.py").write_text(NET + RUN.partition("\n")[2].replace("\n\n\n", "\n\n", 1))
    done = forward_call("fix", "--typed-call", "--diff", "net.py")
    assert [line for line in done.lines if line.startswith("---")] == ["--- a/net.py"]
    assert "-    return net.forward(1)" in done.lines


IMPORTS = {
    "from typing import TYPE_CHECKING\n": ("", "TYPE_CHECKING"),
    "from typing import Any, TYPE_CHECKING as CHECKED\n": ("", "CHECKED"),
    "import typing\n": ("", "typing.TYPE_CHECKING"),
    "import typing as t\n": ("", "t.TYPE_CHECKING"),
    '"""About."""\n\nfrom __future__ import annotations\n\n': ("from typing import TYPE_CHECKING\n", "TYPE_CHECKING"),
    "# A licence.\n\n": ("from typing import TYPE_CHECKING\n", "TYPE_CHECKING"),
}


@pytest.mark.parametrize("head", IMPORTS)
def test_the_flag_is_imported_unless_it_is_there(head: str) -> None:
    Path("net.py").write_text(head + NET)
    added, flag = IMPORTS[head]
    assert fixed() == head + added + NET.rstrip("\n") + CALL.replace("TYPE_CHECKING", flag)


HEAD, REST = NET.split("\n", 1)
IMPORT = "from typing import TYPE_CHECKING\n"
TYPED_REST = REST.rstrip("\n") + CALL
# Where an import of the flag is of no use, or would be in the way of what must stay first: before and after.
ELSEWHERE = {
    "after an import from the future on the same row": (
        f"from __future__ import annotations; {HEAD}\n{REST}",
        f"from __future__ import annotations; {HEAD}\n{IMPORT}{TYPED_REST}",
    ),
    "after the docstring on the same row": (
        f'"""About."""; {HEAD}\n{REST}',
        f'"""About."""; {HEAD}\n{IMPORT}{TYPED_REST}',
    ),
    "below the class": (f"{NET}\n\n{IMPORT}", f"{IMPORT}{HEAD}\n{TYPED_REST}\n\n{IMPORT}"),
    "the module below the class": (f"{NET}\n\nimport typing\n", f"{IMPORT}{HEAD}\n{TYPED_REST}\n\nimport typing\n"),
    "deleted": (f"import typing\ndel typing\n{NET}", f"{IMPORT}import typing\ndel typing\n{HEAD}\n{TYPED_REST}"),
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_the_flag_is_imported_where_it_is_known_in_time(where: str) -> None:
    before, after = ELSEWHERE[where]
    new = typed(Source("net.py", before), [("Net",)])
    assert new is not None
    assert new.source.text == after
    compile(after, "net.py", "exec", dont_inherit=True)


# What may make the flag true at run time, so that the call for type checkers would run.
TRUE = [
    f"TYPE_CHECKING = True\n{NET}",
    f"{IMPORT}TYPE_CHECKING = True\n{NET}",
    f"{IMPORT}{NET}\n\ndef set(value):\n    global TYPE_CHECKING\n    TYPE_CHECKING = value\n",
    f"from flags import FLAG as TYPE_CHECKING\n{NET}",
    f"{HEAD}\ndef net(TYPE_CHECKING):\n" + "".join(f"    {line}\n" for line in REST.splitlines()),
    NET.replace("    def __init__", "    TYPE_CHECKING = True\n\n    def __init__"),
]


@pytest.mark.parametrize("text", TRUE)
def test_nothing_is_added_if_the_flag_may_be_true_when_the_program_runs(text: str) -> None:
    names = ("net", "Net") if "def net" in text else ("Net",)
    with pytest.raises(SourceError, match="binds TYPE_CHECKING to something else"):
        typed(Source("net.py", text), [names])


def test_the_flag_is_imported_above_the_class_if_all_else_shares_a_row() -> None:
    one = f"from __future__ import annotations; {HEAD}; from torch import nn; Base = nn.Module\n"
    text = one + NET.replace(f"{HEAD}\nfrom torch import nn\n\n\n", "").replace("nn.Module", "Base")
    new = typed(Source("net.py", text), [("Net",)])
    assert new is not None
    assert new.source.text.startswith(one + IMPORT)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_tabs_and_comments_stay_and_are_used(end: str) -> None:
    text = NET.replace("    ", "\t").replace("scale)\n", "scale)  # ö").replace("\n", end)
    Path("net.py").write_text(text, encoding="utf-8", newline="")
    forward_call("fix", "--typed-call", ".")
    added = CALL.removesuffix("\n").replace("    ", "\t").replace("\n", end)
    assert Path("net.py").read_bytes().decode() == f"from typing import TYPE_CHECKING{end}{text}{added}"


FORMS = {
    "no annotations": "    def forward(self, x, scale=1):\n        return x\n",
    "decorated": "    @torch.no_grad()\n    def forward(self, x: int) -> str:\n        return ''\n",
    "own call": "    def __call__(self, x: int) -> str:\n        return super().__call__(x)\n\n"
    "    def forward(self, x: int) -> str:\n        return ''\n",
    "typed already": "    if torch:\n        def __call__(self, x: int) -> str: ...\n\n"
    "    def forward(self, x: int) -> str:\n        return ''\n",
    "in branches": "    if torch:\n        def forward(self, x: int) -> str:\n            return ''\n",
    "twice": "    def forward(self, x: int) -> str:\n        return ''\n\n"
    "    def forward(self, x: int) -> str:\n        return 'a'\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_class_that_cannot_have_one_stays_as_it_is(form: str) -> None:
    text = f"import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n{FORMS[form]}"
    assert typed(Source("net.py", text), [("Net",)]) is None
    Path("net.py").write_text(text)
    forward_call("fix", "--typed-call", "--unsafe-fixes", ".")
    assert Path("net.py").read_text() == text


def test_a_name_that_several_classes_have_is_left_alone() -> None:
    assert typed(Source("net.py", NET + NET), [("Net",)]) is None
    assert typed(Source("net.py", NET), [("Other",)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "class Net: x = 1; y = 2\n",
        "if 1:\n  class Net:\n    x = 1; \\\n    y = 2\n    def forward(self, x: int) -> str: return ''\n",
        "class Net:\n    def forward(self, x: int) -> str: return ''",
    ],
)
def test_any_layout_gives_a_program_or_nothing(text: str) -> None:
    found = typed(Source("net.py", text), [("Net",)])
    assert found is None or compile(found.source.text, "net.py", "exec")


def test_a_result_that_cannot_be_proved_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_call, "_parameters", lambda _: iter(["self", ") -> str: ...\n    y = (1"]))
    done = forward_call("fix", "--typed-call", ".")
    assert done.status == 2
    assert "net.py: cannot type the calls in file: the result has another syntax tree than it should" in done.err
    assert Path("net.py").read_text() == NET


def test_an_error_of_the_tool_is_told_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(typing_calls, "typed", fail)
    done = forward_call("fix", "--typed-call", ".")
    assert done.status == 2
    assert "internal error: ZeroDivisionError: oops" in done.err
    assert (Path("net.py").read_text(), Path("run.py").read_text()) == (NET, FIXED)


def test_a_file_that_vanishes_before_it_is_typed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", name)

    monkeypatch.setattr(typing_calls, "read_bytes", gone)
    done = forward_call("fix", "--typed-call", ".")
    assert done.status == 2
    assert "net.py: cannot be read: No such file or directory" in done.err


def test_a_read_only_file_is_told(project: Path) -> None:
    (project / "net.py").chmod(0o444)
    done = forward_call("fix", "--typed-call", ".")
    assert done.status == 2
    assert "net.py: is read-only" in done.err
    assert Path("net.py").read_text() == NET


def test_every_kind_of_parameter_is_repeated() -> None:
    given = "self, a, b: int = 1, /, c: str = 'x', d=None, *e: int, f: float, g: 'Net | None' = None, **h: bytes"
    Path("net.py").write_text(NET.replace("self, x: int, *, scale: float = 1.0", given))
    assert f"def __call__({given}) -> str: ..." in fixed()


def test_inherited_forward_is_typed_where_it_is() -> None:
    Path("run.py").write_text(
        RUN.replace("from net import Net\n", "import net as nets\n\nclass Net(nets.Net):\n    pass\n")
    )
    assert fixed() == TYPED


def test_class_in_a_class_in_a_function_is_found() -> None:
    inner = "\n".join(f"        {line}".rstrip() for line in NET.split("\n")[4:])
    Path("net.py").write_text(
        f"from torch import nn\n\n\ndef make(x):\n    class Box:\n{inner}\n    return Box.Net().forward(x)\n"
    )
    assert "                def __call__(self, x: int, *, scale: float = 1.0) -> str: ..." in fixed("net.py")


def test_a_second_class_is_typed_next_to_one_that_is_typed() -> None:
    Path("net.py").write_text(TYPED + "\n\n" + NET[NET.index("class") :].replace("Net", "Other"))
    Path("run.py").write_text(RUN.replace("Net", "Other"))
    assert fixed().count("def __call__") == 2


def test_a_notebook_is_only_fixed() -> None:
    cells = [NET, "def run(net: Net) -> str:\n    return net.forward(1)"]
    Path("book.ipynb").write_text(notebook(*map(code, cells)))
    assert forward_call("fix", "--typed-call", "book.ipynb").status == 0
    assert "__call__" not in json.loads(Path("book.ipynb").read_text())["cells"][0]["source"]


def test_standard_input_is_refused() -> None:
    done = forward_call("fix", "--typed-call", "-", stdin=NET.encode())
    assert (done.status, done.out) == (2, "")
    assert "--typed-call may change several files" in done.err


# What type checkers say

STUB = """\
from collections.abc import Callable
from typing import Any


class Module:
    __call__: Callable[..., Any] = ...
"""
USE = """\
from net import Net

net = Net()
good: str = net(1, scale=2.0)
net("a")
bad: int = net(1)
"""
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"],
    "pyright": [sys.executable, "-m", "basedpyright", "--level", "error"],
}


@pytest.mark.slow
@pytest.mark.parametrize("checker", CHECKERS)
def test_type_checkers_know_what_a_call_takes_and_gives(checker: str, project: Path) -> None:
    (project / "torch/nn").mkdir(parents=True)
    (project / "torch/__init__.pyi").touch()
    (project / "torch/nn/__init__.pyi").write_text(STUB)
    Path("use.py").write_text(USE)
    Path("pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    before = _errors(checker, project)
    assert "use.py:5" not in before
    assert fixed() == TYPED
    after = _errors(checker, project)
    assert ("use.py:5" in after, "use.py:6" in after, "use.py:4" in after) == (True, True, False)
    assert "net.py" not in after


def _errors(checker: str, project: Path) -> str:
    command = [*CHECKERS[checker], "use.py", "net.py"]
    done = subprocess.run(
        command, cwd=project, capture_output=True, text=True, timeout=120, check=False, env=os.environ
    )
    return done.stdout
