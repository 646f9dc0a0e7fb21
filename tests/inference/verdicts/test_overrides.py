"""Where a `__call__` that loses the hooks is reported, and how it is silenced."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from marked import written

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.findings.selection import Selection, everywhere

HEAD = "from torch import nn\n"


def places(body: str) -> list[str]:
    """What is found in a class of modules with the given body, as row and column in the body's own rows."""
    program = f"{HEAD}class Net(nn.Module):\n{body}"
    found = check_bytes("net.py", program.encode(), everywhere(Selection())).findings
    named = [finding for finding in found if finding.code == "FWD005"]
    assert all(finding.end.column - finding.start.column == len("__call__") for finding in named)
    return [f"{finding.code} {finding.start.row - 2}:{finding.start.column}" for finding in found]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("    def __call__(self): return 1\n", ["FWD005 1:9"]),
        ("    @deco\n    async  def\t__call__(self): return 1\n", ["FWD005 2:16"]),
        ("    def \\\n  __call__(self): return 1\n", ["FWD005 2:3"]),
        ("    def __call__[T](self): return 1\n", None),
        ("    'é'; __call__ = lambda self: 1\n", ["FWD005 1:10"]),
        ("    def f(self): return 1\n    g = __call__ = f\n", ["FWD005 2:9"]),
        ("    def f(self): return 1\n    __call__: object = f\n", ["FWD005 2:5"]),
        ("    def f(self): return 1\n    __call__ = f  # noqa: FWD005\n", []),
        ("    def f(self): return 1\n    __call__, x = f, 1\n", []),
        ("    def __call__(self): return 1\n    del __call__\n", []),
    ],
)
def test_stands_at_the_name(body: str, found: list[str] | None) -> None:
    if found is None:  # The syntax of Python 3.12.
        found = ["FWD005 1:9"] if sys.version_info >= (3, 12) else ["FWD900 1:17"]
    assert places(body) == found


def test_is_found_in_a_file_that_never_says_forward() -> None:
    assert places("    def __call__(self, x): return x\n") == ["FWD005 1:9"]


REMEDIES = {
    "nothing else": ("rename __call__ to forward", "class Net(nn.Module):\n    {0}"),
    "a list of modules": ("rename __call__ to forward", "class Net(nn.ModuleList):\n    {0}"),
    "forward to be filled in": (
        "rename __call__ to forward",
        "class Net(nn.Module):\n    {0}\n    def forward(self, x): raise NotImplementedError",
    ),
    "assigned": (
        "rename __call__ to forward",
        "class Net(nn.Module):\n    def predict(self, x): return x\n    __call__ = predict",
    ),
    "its own forward": (
        "return super().__call__(...)",
        "class Net(nn.Module):\n    {0}\n    def forward(self, x): return x",
    ),
    "forward of a base": (
        "return super().__call__(...)",
        "class Base(nn.Module):\n    def forward(self, x): return x\nclass Net(Base):\n    {0}",
    ),
    "forward of torch's": ("return super().__call__(...)", "class Net(nn.Linear):\n    {0}"),
    "forward of a subclass": (
        "return super().__call__(...)",
        "class Net(nn.Module):\n    {0}\nclass Heir(Net):\n    def forward(self, x): return x",
    ),
    "forward that is set": (
        "return super().__call__(...)",
        "class Net(nn.Module):\n    {0}\n    def arm(self, f): self.forward = f",
    ),
    "base of another package that may have one": (
        "rename __call__ to forward",
        "from mmengine.model import BaseModule\nclass Net(BaseModule):\n    {0}",
    ),
    "base of another package whose forward is used": (
        "return super().__call__(...)",
        "from mmengine.model import BaseModule\nclass Net(BaseModule):\n"
        "    def __call__(self, x): return self.forward(x)",
    ),
}


@pytest.mark.parametrize(("remedy", "program"), REMEDIES.values(), ids=list(REMEDIES))
def test_the_remedy_fits_the_class(remedy: str, program: str) -> None:
    text = f"from torch import nn\n{program.format('def __call__(self, x): return x')}\n"
    found = check_bytes("net.py", text.encode(), everywhere(Selection())).findings
    messages = [finding.message for finding in found if finding.code == "FWD005"]
    assert messages == [f"Net.__call__ never reaches Module.__call__, so its hooks never run; {remedy}"]


TAKEN_AWAY = {
    "deleted for subclasses": "class Base(nn.Module):\n    def __init_subclass__(cls): del cls.__call__\n",
    "moved for subclasses, by a helper": "def move(cls):\n    cls.forward = cls.__dict__['__call__']\n"
    "    delattr(cls, '__call__')\nclass Base(nn.Module):\n    def __init_subclass__(cls): move(cls)\n",
    "taken out of the namespace": "class Meta(type):\n    def __new__(m, n, b, d):\n"
    "        d['forward'] = d.pop('__call__', None)\n        return super().__new__(m, n, b, d)\n"
    "class Base(nn.Module, metaclass=Meta): pass\n",
    "by names in a loop": "class Base(nn.Module):\n    def __init_subclass__(cls):\n"
    "        for old, new in (('__call__', 'forward'),): setattr(cls, new, cls.__dict__[old]), delattr(cls, old)\n",
}


@pytest.mark.parametrize("base", TAKEN_AWAY.values(), ids=list(TAKEN_AWAY))
def test_what_a_base_takes_away_again_is_none(base: str) -> None:
    text = f"from torch import nn\n{base}class Net(Base):\n    def __call__(self, x): return x\n"
    found = check_bytes("net.py", text.encode(), everywhere(Selection())).findings
    assert found == []
    # Where the base only looks at it, nothing is taken away.
    text = (
        "from torch import nn\nclass Base(nn.Module):\n    def __init_subclass__(cls): print(cls.__call__)\n"
        "class Net(Base):\n    def __call__(self, x): return x\n"
    )
    found = check_bytes("net.py", text.encode(), everywhere(Selection())).findings
    assert [finding.code for finding in found] == ["FWD005"]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("def renamed(cls):\n    cls.forward = cls.__call__\n    del cls.__call__\n    return cls\n@renamed", ""),
        ("", "del Net.__call__"),
        ("", "Net.__call__ = nn.Module.__call__"),
        ("", "setattr(Net, '__call__', nn.Module.__call__)"),
    ],
)
def test_what_is_changed_from_outside_is_none(above: str, below: str) -> None:
    text = f"from torch import nn\n{above}\nclass Net(nn.Module):\n    def __call__(self, x): return x\n{below}\n"
    found = check_bytes("net.py", text.encode(), everywhere(Selection())).findings
    assert found == []


def test_base_classes_are_followed_over_files(tmp_path: Path) -> None:
    written(
        tmp_path,
        """
        # --- base.py
        from torch import nn

        class Base(nn.Module):
            def run(self, x):
                return super().__call__(x)

        class Plain:
            pass

        # --- net.py
        from base import Base, Plain

        class Lost(Base):
            def __call__(self, x):
                return x

        class Reaches(Base):
            def __call__(self, x):
                return self.run(x)

        class NoModule(Plain):
            def __call__(self, x):
                return x
        """,
    )
    path = tmp_path / "net.py"
    found = check_bytes(str(path), path.read_bytes(), everywhere(Selection())).findings
    assert [(finding.code, finding.start.row) for finding in found] == [("FWD005", 4)]
    assert "Lost.__call__ never reaches Module.__call__" in found[0].message
