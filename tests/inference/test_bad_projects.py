"""Projects that no one writes by hand, and files that change under the hands: no crash, and never a false alarm."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, found_in, hold, written

from flake8_forward_call.inference import engine, session
from flake8_forward_call.inference.classes import hierarchy
from flake8_forward_call.inference.project.disk import Disk
from flake8_forward_call.inference.usage import filling, search
from flake8_forward_call.sources.source import Source

MANY = 200


def numbered(count: int, text: str) -> str:
    """The text again and again, with `{i}` for the number and `{j}` for that of the next, the last before the first."""
    return "".join(text.replace("{i}", str(i)).replace("{j}", str((i + 1) % count)) for i in range(count))


LOOPS = [
    """
# --- a.py
from b import x
x.forward(1)
# --- b.py
from a import x
""",
    """
# --- a.py
from b import *
x.forward(1)
# --- b.py
from c import *
# --- c.py
from a import *
""",
    """
# --- a.py
from a import x
import a
x.forward(1)
a.a.a.x.forward(1)
""",
    """
# --- a.py
from b import B
class A(B): ...
A().forward(1)
# --- b.py
from a import A
class B(A): ...
""",
    """
# --- a.py
import b
class A(b.A): ...
A().forward(1)
# --- b.py
import a
class A(a.A): ...
""",
    """
# --- a.py
from b import A
class A(A): ...
A().forward(1)
# --- b.py
from a import A
""",
    """
# --- a.py
from b import f
f().forward(1)
# --- b.py
from a import g as f
# --- c.py
from b import f as g
""",
    """
# --- a.py
from b import g
def f(): return g()
f().forward(1)
# --- b.py
from a import f
def g(): return f()
""",
    """
# --- a.py
from b import g
def f(m):
    m.forward(1)
    g(m)
# --- b.py
from a import f
def g(m): f(m)
""",
    """
# --- a.py
def f(m):
    m.forward(1)
    f(f)
    f(m)
    f(m.x)
    f([m])
""",
    """
# --- a.py
class A:
    def __init__(self, m): self.m = A(self.m)
    def go(self): self.m.forward(1)
""",
    """
# --- a.py
class A:
    def go(self): self.x.forward(1)
# --- b.py
from a import A
A().x = A().x
A().x = A().y
A().y = A().x
""",
    """
# --- a.py
class M:
    def go(self): self.forward(1)
class A(M): ...
class B(A, M): ...
class M(B): ...
""",
    """
# --- a.py
X = []
X[0].forward(1)
# --- b.py
from a import X
X.append(X)
X.append(X[0])
X += X
""",
    """
# --- a.py
from . import a
from .a import a as b
a.forward(1)
b.forward(1)
""",
    """
# --- a.py
class A:
    __call__ = __call__
A.__call__ = A.__call__
A().forward(1)
# --- b.py
import a
a.A.__call__ = a.A().__call__
""",
    """
# --- a/__init__.py
from .b import *
from a import b
b.forward(1)
# --- a/b.py
from . import *
from .. import a
b = a
""",
]


@pytest.mark.parametrize("text", LOOPS)
def test_files_that_lead_back_to_one_another(tmp_path: Path, text: str) -> None:
    hold(tmp_path, text)


@pytest.mark.parametrize(
    ("base", "mark"),
    [
        ("type(Net)", ""),
        ("Net()", ""),
        ("[Net][0]", ""),
        ("(Net if load() else Odd)", "  # FWD002"),
        ("(Net if load() else Net)", "  # FWD001"),
        ("(Net if load() else Robot)", ""),
        ("getattr(load, 'Net')", ""),
        ("type('X', (Net,), {})", "  # FWD001"),
        ("load(Net)", ""),
        ("*[Net]", ""),
        ("Net, Robot", "  # FWD001"),
        ("Robot, Net", "  # FWD001"),
        ("Net, Net", "  # FWD001"),
        ("Net, metaclass=load()", "  # FWD001"),
        ("Net, **load()", "  # FWD001"),
    ],
)
def test_base_that_is_computed(tmp_path: Path, base: str, mark: str) -> None:
    use = f"# --- subclass.py\nfrom net import *\nclass Heir({base}): ...\n# --- use.py\nfrom subclass import Heir\n"
    hold(tmp_path, f"{NET}{use}Heir().forward(1){mark}\n")


@pytest.mark.slow
def test_ten_thousand_files_in_one_package(tmp_path: Path) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    for number in range(10_000):
        (package / f"m{number}.py").touch()
    files = "# --- pkg/__init__.py\n# --- pkg/run.py\ndef run(m): m.forward(1)  # FWD001\n"
    use = "# --- pkg/use.py\nfrom .run import run\nfrom torch import nn\nrun(nn.ReLU())\n"
    hold(tmp_path, files + use)


def test_functions_that_hand_a_module_round_in_a_ring(tmp_path: Path) -> None:
    ring = numbered(MANY, "def f{i}(m):\n    m.forward(1)\n    f{j}(m)\n")
    written(tmp_path, f"# --- ring.py\nfrom torch import nn\n{ring}f0(nn.ReLU())\n")
    assert {mark for _, mark in found_in(tmp_path / "ring.py")} <= {"FWD001", "FWD001 unsafe"}
    written(tmp_path, f"# --- ring.py\nfrom torch import nn\n{ring}f0(nn.ReLU())\nf100(3)\n")
    assert {mark for _, mark in found_in(tmp_path / "ring.py")} <= {"FWD001 unsafe"}


@pytest.mark.slow
@pytest.mark.parametrize("calls", ["run(Net())\n" * 5000, "run(Robot())\n" + "run(Net())\n" * 5000])
def test_parameter_with_five_thousand_callers(tmp_path: Path, calls: str) -> None:
    use = f"# --- use.py\nfrom net import *\nfrom run import run\n{calls}"
    hold(tmp_path, f"{NET}# --- run.py\ndef run(m): m.forward(1)  # FWD001 unsafe\n{use}")


@pytest.mark.parametrize(("last", "mark"), [("", "  # FWD001"), ("Bag().item = Robot()\n", "")])
def test_attribute_that_is_set_in_a_thousand_places(tmp_path: Path, last: str, mark: str) -> None:
    stores = "from net import *\nfrom bag import Bag\n" + "Bag().item = Net()\n" * 1000 + last
    bag = f"# --- bag.py\nclass Bag:\n    def go(self): self.item.forward(1){mark}\n"
    hold(tmp_path, f"{NET}{bag}# --- use.py\n{stores}")


@pytest.mark.slow
@pytest.mark.parametrize(("last", "mark"), [("", "  # FWD001"), ("class Last(Mixin, Robot): ...\n", "")])
def test_mixin_with_two_thousand_subclasses(tmp_path: Path, last: str, mark: str) -> None:
    mixin = f"# --- mixin.py\nclass Mixin:\n    def go(self): self.forward(1){mark}\n"
    subclasses = numbered(2000, "class H{i}(Mixin, Net): ...\n")
    hold(tmp_path, f"{NET}{mixin}# --- subclasses.py\nfrom net import *\nfrom mixin import Mixin\n{subclasses}{last}")


@pytest.mark.parametrize("line", ["from .m{j} import Net\n", "from .m{j} import *\n"])
def test_re_export_over_two_hundred_files(tmp_path: Path, line: str) -> None:
    files = numbered(MANY, "# --- pkg/m{i}.py\n" + line)
    net = f"# --- pkg/m{MANY}.py\nfrom torch import nn\nclass Net(nn.Module): ...\n"
    use = "# --- pkg/__init__.py\n# --- pkg/use.py\nfrom .m0 import Net\nNet().forward(1)\n"
    text = (
        files.replace(f"# --- pkg/m{MANY - 1}.py\nfrom .m0 ", f"# --- pkg/m{MANY - 1}.py\nfrom .m{MANY} ") + net + use
    )
    written(tmp_path, text)
    assert {mark for _, mark in found_in(tmp_path / "pkg/use.py")} <= {"FWD001"}


def test_file_of_two_megabytes(tmp_path: Path) -> None:
    lines = numbered(2000, "x{i} = Net().run(x{j})\nprint(x{i}, '" + "padding" * 140 + "')\n")
    hold(
        tmp_path,
        f"{NET}# --- big.py\nfrom net import Net\n{lines}# --- use.py\nfrom big import Net, x1\n"
        "Net().forward(1)  # FWD001\nx1.forward(1)\n",
    )


def test_stubs_that_contradict_the_source(tmp_path: Path) -> None:
    use = "# --- use.py\nfrom made import make\nmake().forward(1)\n"
    hold(
        tmp_path,
        f"{NET}# --- made.py\nfrom net import Robot\ndef make(): return Robot()\n"
        f"# --- made.pyi\nfrom net import Net\ndef make() -> Net: ...\n{use}",
    )


@pytest.mark.parametrize("change", ["gone", "emptied", "broken", "a folder", "not to be decoded"])
def test_file_that_changes_between_search_and_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """What its text said when it was searched no longer stands there when it is read as Python."""
    call = "# --- call.py\nfrom run import run\nfrom net import *\nrun(Net())\n"
    written(tmp_path, f"{NET}# --- run.py\ndef run(m): m.forward(1)\n{call}")
    path = tmp_path.resolve() / "call.py"
    read = Disk.source

    def changed(disk: Disk, real: str) -> Source | None:
        if real == str(path):
            path.unlink()
            match change:
                case "emptied":
                    path.touch()
                case "broken":
                    path.write_text("run(")
                case "a folder":
                    path.mkdir()
                case "not to be decoded":
                    path.write_bytes(b"run(Net()) # \xff")
                case _:
                    pass
        return read(disk, real)

    monkeypatch.setattr(Disk, "source", changed)
    assert found_in(tmp_path / "run.py") == []
    assert not path.is_file() or path.read_bytes() != call.encode()


COMMON = {
    "function": """
# --- run.py
from net import *
def run(m): m.forward(1)  # FWD001 unsafe
run(Net())
# --- use.py
from run import run
""",
    "mixin": """
# --- run.py
class Mixin:
    def go(self): self.forward(1)
# --- use.py
from net import *
from run import Mixin
class A(Mixin, Net): ...
""",
    "constructor": """
# --- run.py
from net import *
class Keeper:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)  # FWD001 unsafe
Keeper(Net())
# --- use.py
from run import Keeper
""",
    "attribute": """
# --- run.py
from net import *
class Frame:
    def go(self): self.net.forward(1)  # FWD001 unsafe
class Heir(Frame):
    def __init__(self): self.net = Net()
# --- use.py
from run import Frame
FRAMES = [Frame]
""",
    "container": """
# --- run.py
from net import *
ITEMS = [Net()]
ITEMS[0].forward(1)  # FWD001 unsafe
# --- use.py
from run import ITEMS
""",
}


@pytest.mark.parametrize("text", COMMON.values(), ids=COMMON)
def test_name_that_stands_in_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What there is about it is not looked for, so what was found is not all."""
    for module in (search, filling):
        monkeypatch.setattr(module, "MAX_FILES", 1)
    monkeypatch.setattr(hierarchy, "MAX_SUBCLASS_FILES", 0)
    hold(tmp_path, NET + text)


@pytest.mark.parametrize(
    "odd",
    [
        "a15.__call__ = print\n",
        "class Other(a15):\n    def forward(self, x): ...\n    def __call__(self, x): ...\n",
    ],
)
def test_answer_that_took_too_long_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
    """The next question gets the same answer as one that nothing was asked before."""
    use = "# --- use.py\nfrom net import *\nfrom torch import nn\n"
    use += "def run(x: Net):\n    x.forward(1)\n    [*nn.ModuleList(x)][0].forward(1)\n"
    names = "from net import Net as a0\n" + "".join(f"a{i + 1} = a{i}\n" for i in range(15))
    written(tmp_path, f"{NET}# --- odd.py\n{names}{odd}{use}")
    first = found_in(tmp_path / "use.py")
    session._SESSIONS = session._Sessions()
    for steps in range(1, 60):
        monkeypatch.setattr(engine, "MAX_WORK", steps)
        assert set(found_in(tmp_path / "use.py")) <= set(first)
    monkeypatch.undo()
    assert found_in(tmp_path / "use.py") == first
