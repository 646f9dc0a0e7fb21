"""Where a `__call__` that loses the hooks is reported, and how it is silenced."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from marked import written

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.selection import Selection, everywhere

HEAD = "from torch import nn\n"


def places(body: str) -> list[str]:
    """What is found in a class of modules with the given body, as row and column in the body's own rows."""
    program = f"{HEAD}class Net(nn.Module):\n{body}"
    found = check_bytes("net.py", program.encode(), everywhere(Selection()), thorough=False).findings
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
    found = check_bytes(str(path), path.read_bytes(), everywhere(Selection()), thorough=False).findings
    assert [(finding.code, finding.start.row) for finding in found] == [("FWD005", 4)]
    assert "Lost.__call__ never reaches Module.__call__" in found[0].message
