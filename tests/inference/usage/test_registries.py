"""What comes out of a registry, by all that the project puts into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import found, project

REGISTRY = "from engine import Registry\n\nMODELS = Registry('model')\nOTHERS = Registry('other')\n"
HEAD = "from torch import nn\nfrom pkg.registry import MODELS, OTHERS\nimport pkg.registry as names\n\n"
USE = HEAD + "def run(config, x):\n    return MODELS.build(config).forward(x)\n"

NET = "@MODELS.register_module()\nclass Net(nn.Module): ...\n"

ODD = """
@MODELS.register_module()
class Odd(nn.Module):
    def __call__(self, x): ...
    def forward(self, x): ...
"""


def built(tmp_path: Path, classes: str, use: str = USE) -> list[str]:
    files = {"__init__.py": "", "registry.py": REGISTRY, "classes.py": HEAD + classes, "use.py": use}
    project(tmp_path / "pkg", files)
    return found(tmp_path / "pkg/use.py")


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (NET, ["FWD001 unsafe"]),
        ("@names.MODELS.register\nclass Net(nn.Module): ...\n", ["FWD001 unsafe"]),
        (NET + "@OTHERS.register_module()\nclass Other:\n    def forward(self, x): ...\n", ["FWD001 unsafe"]),
        (NET + "@MODELS.register_module()\nclass Tracker:\n    def track(self, x): ...\n", ["FWD001 unsafe"]),
        (NET + "@MODELS.register_module()\nclass Plain:\n    def forward(self, x): ...\n", []),
        (NET + ODD, ["FWD003"]),
        (NET + "import far\n@MODELS.register_module()\nclass Unread(far.Base): ...\n", ["FWD001 unsafe"]),
        (NET + "@MODELS.register_module()\ndef make(): ...\n", ["FWD001 unsafe"]),
        ("@OTHERS.register_module()\nclass Net(nn.Module): ...\n", []),
        ("class Net(nn.Module): ...\n", []),
    ],
)
def test_modules_come_out_where_only_modules_went_in(tmp_path: Path, classes: str, expected: list[str]) -> None:
    assert built(tmp_path, classes) == expected


@pytest.mark.parametrize(
    "use",
    [
        USE.replace("MODELS.build", "MODELS.describe"),
        USE.replace("MODELS.build", "unbound.build"),
        USE.replace("MODELS.build", "names.GONE.build"),
        "from far import MODELS\n\ndef run(config, x):\n    return MODELS.build(config).forward(x)\n",
        "import pkg.registry as MODELS\n\ndef run(config, x):\n    return MODELS.build(config).forward(x)\n",
    ],
)
def test_what_is_no_registry_of_the_project_gives_nothing(tmp_path: Path, use: str) -> None:
    assert built(tmp_path, NET, use) == []


def test_registry_that_imports_itself_ends(tmp_path: Path) -> None:
    project(
        tmp_path / "pkg",
        {"__init__.py": "", "a.py": "from pkg.b import MODELS\n", "b.py": "from pkg.a import MODELS\n"},
    )
    use = "from pkg.a import MODELS\n\ndef run(config, x):\n    return MODELS.build(config).forward(x)\n"
    project(tmp_path / "pkg", {"use.py": use})
    assert found(tmp_path / "pkg/use.py") == []
