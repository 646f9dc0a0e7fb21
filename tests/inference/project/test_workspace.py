"""What the other files of a project tell: which of them an import leads to, and what they say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from projects import found, project

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference import engine
from flake8_forward_call.inference.places import siblings
from flake8_forward_call.inference.project.disk import MAX_BYTES
from flake8_forward_call.inference.project.workspace import workspace_of
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.sources.source import Source

BASE = "from torch import nn\n\nclass Base(nn.Module):\n    pass\n"
USE = "\n\ndef run(x):\n    return Base().forward(x)\n"


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
        ({"pkg/__init__.py": "", "pkg/base.py": BASE}, ("pkg/loose/deep/use.py", "from pkg.base import Base")),
        ({"pkg/__init__.py": "", "pkg/base.py": BASE}, ("pkg/loose/deep/use.py", "from ...base import Base")),
        (
            {"pkg/__init__.py": "", "pkg/loose/deep/helper.py": BASE},
            ("pkg/loose/deep/use.py", "from helper import Base"),
        ),
        ({"helper.py": BASE}, ("use.py", "from helper import Base")),
        ({"helper.py": "import torch.nn as nn"}, ("use.py", "from helper import *\n\nclass Base(nn.Module): ...")),
        (
            {"helper.py": "from torch import nn", "more.py": "from helper import *"},
            ("use.py", "from more import *\n\nclass Base(nn.Module): ..."),
        ),
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


def toml(text: str) -> dict[str, str]:
    return {"pyproject.toml": text}


PACKAGE = {"pkg/__init__.py": "", "pkg/base.py": BASE}


@pytest.mark.parametrize(
    "settings",
    [
        {"setup.cfg": "[options]\npackage_dir =\n    = code/here\n"},
        {"setup.cfg": "[options]\npackage_dir =\n    pkg = code/here/pkg\n    nonsense\n"},
        {"setup.cfg": "[options.packages.find]\nwhere = code/here,other\n\n"},
        {"setup.cfg": "nonsense"},
        toml('[tool.poetry]\npackages = "nonsense"'),
        toml('[tool.setuptools]\npackage-dir = {"" = "code/here"}'),
        toml('[tool.setuptools.packages.find]\nwhere = ["code/here"]'),
        toml('[tool.hatch.build.targets.wheel]\npackages = ["code/here/pkg/"]'),
        toml('[tool.hatch.build]\nsources = ["code/here"]'),
        toml('[tool.poetry]\npackages = [{include = "pkg", from = "code/here"}, 1]'),
        toml('[tool.pdm.build]\npackage-dir = "code/here"'),
        toml('[tool.uv.build-backend]\nmodule-root = "code/here"'),
        toml('[tool.maturin]\npython-source = "code/here"'),
        toml('[tool.pytest.ini_options]\npythonpath = ["code/here"]'),
        toml("tool = 1"),
        toml("[[["),
    ],
)
def test_source_folder_of_any_name(tmp_path: Path, settings: dict[str, str]) -> None:
    """Where the settings do not say, the folder is found because no other has a package of the name."""
    files = {f"code/here/{name}": text for name, text in PACKAGE.items()}
    project(tmp_path, {**settings, **files, "tests/use.py": "from pkg.base import Base" + USE})
    assert found(tmp_path / "tests/use.py") == ["FWD001"]


@pytest.mark.parametrize(
    "settings",
    [
        {"setup.cfg": "[options]\npackage_dir =\n    pkg = code\n    a.b.c = a/b/c\n"},
        toml('[tool.setuptools]\npackage-dir = {"pkg" = "code"}'),
    ],
)
def test_package_by_another_name_than_its_folder(tmp_path: Path, settings: dict[str, str]) -> None:
    project(tmp_path, {**settings, "code/__init__.py": "", "code/base.py": BASE})
    project(tmp_path, {"tests/use.py": "from pkg.base import Base" + USE})
    assert found(tmp_path / "tests/use.py") == ["FWD001"]


@pytest.mark.parametrize("mark", [".git/config", "pyproject.toml"])
def test_package_beside_the_one_at_hand(tmp_path: Path, mark: str) -> None:
    project(tmp_path, {mark: "", "packages/a/pyproject.toml": "", "packages/b/pyproject.toml": ""})
    project(tmp_path, {f"packages/b/src/{name}": text for name, text in PACKAGE.items()})
    project(
        tmp_path, {"packages/a/src/a/__init__.py": "", "packages/a/src/a/use.py": "from pkg.base import Base" + USE}
    )
    # Each has a top of its own; that of the repository is further up.
    assert found(tmp_path / "packages/a/src/a/use.py") == ["FWD001"]


def test_name_that_two_folders_have_is_unknown(tmp_path: Path) -> None:
    project(tmp_path, {"setup.py": "", "a/one/helper.py": BASE, "b/two/helper.py": BASE})
    project(tmp_path, {"c/use.py": "from helper import Base" + USE})
    assert found(tmp_path / "c/use.py") == []


@pytest.mark.parametrize("place", [".venv/lib", "env", "node_modules/x", "a/b/c/d/e/f/g", "pkg/inner"])
def test_folder_in_which_nothing_is_looked_for(tmp_path: Path, place: str) -> None:
    project(tmp_path, {"setup.py": "", "env/pyvenv.cfg": "", f"{place}/helper.py": BASE, "pkg/__init__.py": ""})
    project(tmp_path, {"c/use.py": "from helper import Base" + USE})
    assert found(tmp_path / "c/use.py") == []


def test_project_of_too_many_folders_has_no_siblings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siblings, "MAX_FOLDERS", 3)
    project(tmp_path, {"setup.py": "", "a/helper.py": BASE, "b/x.py": "", "c/use.py": "from helper import Base" + USE})
    assert found(tmp_path / "c/use.py") == []


def test_folder_that_may_not_be_looked_into_has_no_siblings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {"setup.py": "", "a/b/helper.py": BASE, "c/use.py": "from helper import Base" + USE})
    scandir = os.scandir

    def denied(path: str | Path) -> object:
        if Path(path).name == "b":
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    assert found(tmp_path / "c/use.py") == []


@pytest.mark.parametrize("line", ["from ..base import Base", "from .near import Base", "from top.base import Base"])
def test_folders_without_init_make_a_package(tmp_path: Path, line: str) -> None:
    project(tmp_path, {"setup.py": "", "top/base.py": BASE, "top/sub/near.py": BASE, "top/sub/use.py": line + USE})
    assert found(tmp_path / "top/sub/use.py") == ["FWD001"]


def test_folder_of_data_hides_nothing(tmp_path: Path) -> None:
    project(tmp_path, {"torch/data.txt": "", "torch/nn.py": "class Module: ...\n", "torch/convert.py": BASE})
    project(tmp_path, {"use.py": "from torch.convert import Base" + USE})
    assert found(tmp_path / "use.py") == ["FWD001"]


@pytest.mark.parametrize("name", ["torch.py", "torch/__init__.py"])
def test_module_of_the_name_torch_hides_all_of_it(tmp_path: Path, name: str) -> None:
    project(tmp_path, {name: "", "use.py": BASE + USE})
    assert found(tmp_path / "use.py") == []


def test_relative_path_leads_to_the_same_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, {"setup.py": "", **PACKAGE, "pkg/use.py": "from .base import Base" + USE})
    monkeypatch.chdir(tmp_path / "pkg")
    assert found(Path("use.py")) == ["FWD001"]


def test_package_of_many_files(tmp_path: Path) -> None:
    project(tmp_path, {"setup.py": "", **PACKAGE, **{f"pkg/m{i}.py": "def broken(:" for i in range(1000)}})
    project(tmp_path, {"pkg/use.py": "from .base import Base" + USE})
    assert found(tmp_path / "pkg/use.py") == ["FWD001"]


def test_relative_import_beyond_the_top_leads_nowhere(tmp_path: Path) -> None:
    project(tmp_path, {"pkg/__init__.py": BASE, "pkg/use.py": "from ...... import Base" + USE})
    assert found(tmp_path / "pkg/use.py") == []


ROOT = "from torch import nn\n\nclass Root(nn.Module):\n    def run(self, x):\n        return self.forward(x)\n"


@pytest.mark.parametrize(
    ("subclass", "expected"),
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
def test_subclass_elsewhere_decides_what_calling_self_means(tmp_path: Path, subclass: str, expected: list[str]) -> None:
    project(
        tmp_path, {"pkg/__init__.py": "", "pkg/root.py": ROOT, "pkg/subclass.py": f"from .root import Root\n{subclass}"}
    )
    assert found(tmp_path / "pkg/root.py") == expected


def test_subclass_of_an_subclass_in_a_third_file_counts(tmp_path: Path) -> None:
    middle = "from .root import Root\n\nclass Middle(Root): ...\n"
    subclass = "import pkg.middle\n\nclass Heir(\n    pkg.middle.Middle,\n):\n    __call__ = print\n"
    files = {"__init__.py": "", "root.py": ROOT, "middle.py": middle, "subclass.py": subclass}
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


def test_search_for_subclasses_passes_over_what_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subclass = "from .root import Root\n\nclass Heir(Root):\n    def __call__(self, x):\n        return 1\n"
    project(
        tmp_path / "pkg", {"__init__.py": "", "root.py": ROOT, "subclass.py": subclass, "big.py": "#" * (MAX_BYTES + 1)}
    )
    real = os.open

    def unreadable(path: str | Path, flags: int, *rest: int) -> int:
        if Path(path).name == "subclass.py":
            raise PermissionError
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", unreadable)
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
    subclasses = "".join(f"class H{i}(Root):\n    def __call__(self, x):\n        return {i}\n" for i in range(40))
    project(
        tmp_path / "pkg", {"__init__.py": "", "root.py": ROOT, "subclasses.py": f"from .root import Root\n{subclasses}"}
    )
    monkeypatch.setattr(engine, "MAX_WORK", 20)
    assert found(tmp_path / "pkg/root.py") == []
    monkeypatch.undo()
    (tmp_path / "pkg/subclasses.py").write_text("")
    (tmp_path / "pkg/use.py").write_text("from .root import Root\nRoot().forward(1)\n")
    assert found(tmp_path / "pkg/use.py") == ["FWD001"]


def test_files_of_one_project_share_what_is_known(tmp_path: Path) -> None:
    project(tmp_path, {"setup.py": "", **PACKAGE, "pkg/use.py": ""})
    assert session_of(str(tmp_path / "pkg/use.py")) is session_of(str(tmp_path / "pkg/base.py"))


def test_annotation_that_nothing_binds_means_the_only_class_of_that_name(tmp_path: Path) -> None:
    use = 'def make() -> "Base":\n    return load()\n\ndef run(x):\n    return make().forward(x)\n'
    project(tmp_path, {"pkg/__init__.py": "", "pkg/base.py": BASE, "pkg/use.py": use})
    assert found(tmp_path / "pkg/use.py") == ["FWD001"]


def test_annotation_that_may_mean_either_of_two_classes_means_none(tmp_path: Path) -> None:
    use = 'def run(net: "Base", x):\n    return net.forward(x)\n'
    project(tmp_path, {"pkg/__init__.py": "", "pkg/a.py": BASE, "pkg/b.py": BASE, "pkg/use.py": use})
    assert found(tmp_path / "pkg/use.py") == []
