"""What the other files of a project tell: which of them an import leads to, and what they say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.finding import Applicability
from flake8_forward_call.inference import evaluate
from flake8_forward_call.inference.texts import MAX_BYTES
from flake8_forward_call.inference.workspace import workspace_of
from flake8_forward_call.source import Source

BASE = "from torch import nn\n\nclass Base(nn.Module):\n    pass\n"
USE = "\n\ndef run(x):\n    return Base().forward(x)\n"


def project(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(path: Path) -> list[str]:
    """The findings in a file, each by its code and whether its fix is safe."""
    findings = analyse(Source(str(path), path.read_text()))
    unsafe = [one.fix is not None and one.fix.applicability is Applicability.UNSAFE for one in findings]
    return [f"{one.code} unsafe" if doubtful else one.code for one, doubtful in zip(findings, unsafe, strict=True)]


@pytest.mark.parametrize(
    ("files", "use"),
    [
        ({"pkg/__init__.py": "", "pkg/base.py": BASE}, ("pkg/use.py", "from .base import Base")),
        ({"pkg/__init__.py": "", "pkg/base.py": BASE}, ("pkg/use.py", "from pkg.base import Base")),
        ({"pkg/__init__.py": BASE}, ("pkg/use.py", "from . import Base")),
        ({"pkg/__init__.py": BASE, "pkg/sub/__init__.py": ""}, ("pkg/sub/use.py", "from .. import Base")),
        ({"pkg/__init__.py": "from .base import *\n", "pkg/base.py": BASE}, ("pkg/use.py", "from pkg import Base")),
        (
            {"pkg/__init__.py": "from pkg.a import Base as B\n", "pkg/a.py": "from .b import Base\n", "pkg/b.py": BASE},
            ("use.py", "from pkg import B as Base"),
        ),
        (
            {"setup.py": "", "src/pkg/__init__.py": "", "src/pkg/base.py": BASE},
            ("tests/use.py", "from pkg.base import Base"),
        ),
        ({"setup.py": "", "pkg/__init__.py": BASE}, ("tests/unit/use.py", "from pkg import Base")),
        ({"pyproject.toml": "", "ns/part/base.py": BASE}, ("ns/other/use.py", "from ns.part.base import Base")),
        ({"helper.py": BASE}, ("use.py", "from helper import Base")),
        ({"pkg/__init__.py": "", "pkg/base.py": BASE}, ("use.py", "import pkg.base\nBase = pkg.base.Base")),
        ({"pkg/__init__.py": "", "pkg/base.py": BASE}, ("use.py", "import pkg.base as b\nBase = b.Base")),
        ({"pkg/__init__.py": "", "pkg/base.py": BASE}, ("use.py", "from pkg import base\nBase = base.Base")),
        (
            {
                "pkg/__init__.py": "",
                "pkg/a.py": "from .use import run\nfrom torch import nn\n\nclass Base(nn.Module): ...\n",
            },
            ("pkg/use.py", "from .a import Base"),
        ),
    ],
)
def test_import_leads_to_the_file(tmp_path: Path, files: dict[str, str], use: tuple[str, str]) -> None:
    name, line = use
    project(tmp_path, {**files, name: line + USE})
    assert found(tmp_path / name) == ["FWD001"]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"helper.py": "class Base: ...\n"},
        {"helper.py": "from elsewhere import Base\n"},
        {"helper.py": "from use import Base\n"},
        {"helper.py": "def broken(:\n"},
        {"helper.py": "\0"},
        {"helper.py": BASE + "#" * MAX_BYTES},
        {"helper/nothing.txt": ""},
    ],
)
def test_what_the_file_does_not_tell_is_unknown(tmp_path: Path, files: dict[str, str]) -> None:
    project(tmp_path, {**files, "use.py": "from helper import Base" + USE})
    assert found(tmp_path / "use.py") == []


def test_link_that_leads_in_a_circle_is_no_module(tmp_path: Path) -> None:
    (tmp_path / "helper").symlink_to(tmp_path / "helper")
    (tmp_path / "again").symlink_to(tmp_path)
    project(tmp_path, {"use.py": "from helper import Base\nfrom again.again.helper import Base as B" + USE})
    assert found(tmp_path / "use.py") == []


def test_module_of_the_project_goes_before_one_that_is_known(tmp_path: Path) -> None:
    project(tmp_path, {"torch/__init__.py": "", "torch/nn.py": "class Module: ...\n", "use.py": BASE + USE})
    assert found(tmp_path / "use.py") == []


def test_relative_import_beyond_the_top_leads_nowhere(tmp_path: Path) -> None:
    project(tmp_path, {"pkg/__init__.py": BASE, "pkg/use.py": "from ...... import Base" + USE})
    assert found(tmp_path / "pkg/use.py") == []


ROOT = "from torch import nn\n\nclass Root(nn.Module):\n    def run(self, x):\n        return self.forward(x)\n"


@pytest.mark.parametrize(
    ("heir", "expected"),
    [
        ("class Heir(Root):\n    def __call__(self, x):\n        return 1\n", ["FWD002"]),
        ("class Heir(Root):\n    def __call__(self, x):\n        return super().__call__(x)\n", ["FWD001"]),
        (
            "class Heir(Root):\n    def __call__(self, x):\n        if x:\n            return super().__call__(x)\n",
            ["FWD001 unsafe"],
        ),
        ("class Heir(Root):\n    pass\n# __call__\n", ["FWD001"]),
        ("class Middle(Root): ...\nclass Heir(Middle):\n    def __call__(self, x):\n        return 1\n", ["FWD002"]),
        ("class Other(Base):\n    def __call__(self, x):\n        return 1\n", ["FWD001"]),
    ],
)
def test_heir_elsewhere_decides_what_calling_self_means(tmp_path: Path, heir: str, expected: list[str]) -> None:
    project(tmp_path, {"pkg/__init__.py": "", "pkg/root.py": ROOT, "pkg/heir.py": f"from .root import Root\n{heir}"})
    assert found(tmp_path / "pkg/root.py") == expected


def test_heir_of_an_heir_in_a_third_file_counts(tmp_path: Path) -> None:
    middle = "from .root import Root\n\nclass Middle(Root): ...\n"
    heir = "import pkg.middle\n\nclass Heir(\n    pkg.middle.Middle,\n):\n    __call__ = print\n"
    files = {"__init__.py": "", "root.py": ROOT, "middle.py": middle, "heir.py": heir}
    project(tmp_path / "pkg", files)
    assert found(tmp_path / "pkg/root.py") == ["FWD002"]


def test_text_that_has_changed_is_read_anew(tmp_path: Path) -> None:
    use = tmp_path / "use.py"
    project(tmp_path, {"helper.py": BASE, "use.py": "from helper import Base" + USE})
    assert found(use) == ["FWD001"]
    assert [one.code for one in analyse(Source(str(use), "class Base: ..." + USE))] == []
    assert found(use) == ["FWD001"]


def test_file_read_for_another_is_checked_as_well(tmp_path: Path) -> None:
    project(tmp_path, {"helper.py": BASE + USE, "use.py": "from helper import Base" + USE})
    assert (found(tmp_path / "use.py"), found(tmp_path / "helper.py")) == (["FWD001"], ["FWD001"])


def test_roots_are_nearest_first_and_end_at_the_mark(tmp_path: Path) -> None:
    project(tmp_path, {"setup.cfg": "", "src/pkg/__init__.py": "", "src/pkg/a.py": ""})
    workspace = workspace_of(str(tmp_path / "src/pkg/a.py"))
    top = tmp_path.resolve()
    assert workspace.roots == (top / "src", top)
    assert workspace.top == top


def test_search_for_heirs_passes_over_what_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    heir = "from .root import Root\n\nclass Heir(Root):\n    def __call__(self, x):\n        return 1\n"
    project(tmp_path / "pkg", {"__init__.py": "", "root.py": ROOT, "heir.py": heir, "big.py": "#" * (MAX_BYTES + 1)})
    read_bytes = Path.read_bytes

    def unreadable(path: Path) -> bytes:
        if path.name == "heir.py":
            raise PermissionError
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    assert found(tmp_path / "pkg/root.py") == ["FWD001"]
    assert capsys.readouterr().err == ""


def test_user_without_a_home_folder_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    project(tmp_path, {"helper.py": BASE, "use.py": "from helper import Base" + USE})
    assert found(tmp_path / "use.py") == ["FWD001"]


def test_home_folder_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    project(tmp_path, {".git/config": "", "scripts/a.py": ""})
    workspace = workspace_of(str(tmp_path / "scripts/a.py"))
    assert (workspace.roots, workspace.top) == ((tmp_path / "scripts",), tmp_path / "scripts")


def test_answer_that_took_too_long_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heirs = "".join(f"class H{i}(Root):\n    def __call__(self, x):\n        return {i}\n" for i in range(40))
    project(tmp_path / "pkg", {"__init__.py": "", "root.py": ROOT, "heirs.py": f"from .root import Root\n{heirs}"})
    monkeypatch.setattr(evaluate, "MAX_STEPS", 20)
    assert found(tmp_path / "pkg/root.py") == []
    monkeypatch.undo()
    (tmp_path / "pkg/heirs.py").write_text("")
    (tmp_path / "pkg/use.py").write_text("from .root import Root\nRoot().forward(1)\n")
    assert found(tmp_path / "pkg/use.py") == ["FWD001"]
