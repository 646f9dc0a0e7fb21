"""Packages of the project that bear the name of a known one, and folders that only look so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from marked import hold, hold_unmarked

from flake8_forward_call.inference import session

Holding: TypeAlias = Callable[[Path, str], None]

HOLDS: dict[str, Holding] = {"with a mark": hold, "without a mark": hold_unmarked}


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    session._SESSIONS = session._Sessions()
    yield
    session._SESSIONS = session._Sessions()


@pytest.fixture(params=list(HOLDS.values()), ids=list(HOLDS))
def holding(request: pytest.FixtureRequest) -> Holding:
    """A way to hold what is found, for a project that is marked as one, and for one that is not."""
    found: Holding = request.param
    return found


# A module of the project, of a name that the catalogue has, with a class of a name that it has there.
OWN = """
# --- {place}timm/layers/mlp.py
class Mlp:
    def __init__(self, size): self.size = size
    def forward(self, x): return x

def make(): return Mlp(3)
# --- {place}timm/blocks.py
from torch import nn
from timm.layers.mlp import Mlp, make

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Mlp(3)

    def forward(self, x):
        return make().forward(self.inner.forward(x))
# --- {use}use.py
from timm.blocks import Block
from timm.layers.mlp import Mlp, make
import timm.layers.mlp as layers

Block().forward(1)  # FWD001
Mlp(3).forward(1)
make().forward(1)
layers.Mlp(3).forward(1)
"""


@pytest.mark.parametrize("inits", [(), ("timm/layers/",), ("timm/",), ("timm/", "timm/layers/")])
@pytest.mark.parametrize(("place", "use"), [("", ""), ("src/", "checks/"), ("src/", ""), ("demo/", "demo/")])
def test_own_module_goes_before_the_one_that_is_known(
    tmp_path: Path, holding: Holding, inits: tuple[str, ...], place: str, use: str
) -> None:
    files = "".join(f"# --- {place}{folder}__init__.py\n" for folder in inits)
    holding(tmp_path, files + OWN.format(place=place, use=use))


def test_own_stub_goes_before_what_is_known(tmp_path: Path) -> None:
    text = """
# --- timm/layers/mlp.pyi
class Mlp:
    def forward(self, x): ...
# --- use.py
from timm.layers.mlp import Mlp

Mlp().forward(1)
"""
    hold(tmp_path, text)


@pytest.mark.parametrize("inits", [(), ("timm/",)])
def test_name_that_the_own_module_lacks_is_not_the_known_one(tmp_path: Path, inits: tuple[str, ...]) -> None:
    text = """
# --- timm/layers/mlp.py
# --- use.py
from timm.layers.mlp import Mlp
import timm.layers.mlp

Mlp(3).forward(1)
timm.layers.mlp.Mlp(3).forward(1)
"""
    hold(tmp_path, "".join(f"# --- {folder}__init__.py\n" for folder in inits) + text)


@pytest.mark.parametrize("file", ["timm/readme.txt", "timm/weights/list.csv", "data/timm/notes.py", "timm/export.py"])
def test_folder_without_the_module_hides_nothing(tmp_path: Path, holding: Holding, file: str) -> None:
    text = f"""
# --- {file}
# --- use.py
from timm.layers import Mlp
from timm import create_model

Mlp(3).forward(1)  # FWD001
create_model("x").forward(1)  # FWD001
"""
    holding(tmp_path, text)


def test_checkout_of_a_known_package_is_read(tmp_path: Path) -> None:
    """Its source may be newer than what is known of it."""
    text = """
# --- timm/__init__.py
from .layers import Mlp
# --- timm/layers/__init__.py
from .mlp import Mlp
# --- timm/layers/mlp.py
from torch import nn

class Mlp(nn.Module):
    def __call__(self, x): return -x
# --- checks/test_mlp.py
from timm import Mlp
from timm.layers import Mlp as Same

def test_mlp():
    Mlp().forward(1)  # FWD002
    Same().forward(1)  # FWD002
"""
    hold(tmp_path, text)


# Names that end like a known one

LAYERS = """
# --- {place}acme/torch/layers/__init__.py
# --- {place}acme/torch/layers/thin.py
from torch import nn
import torch

class Thin(nn.Module):
    def __init__(self, inner: nn.Module):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner.forward(torch.relu(x))  # FWD001
"""

USES = {
    "by its full name": """
# --- {place}acme/torch/small.py
from torch import nn
from acme.torch.layers.thin import Thin

Thin(nn.ReLU()).forward(1)  # FWD001
""",
    "by dots": """
# --- {place}acme/torch/small.py
from torch import nn
from .layers.thin import Thin

Thin(nn.ReLU()).forward(1)  # FWD001
""",
    "from the folder above": """
# --- {place}acme/small.py
from torch import nn
from acme.torch.layers.thin import Thin

Thin(nn.ReLU()).forward(1)  # FWD001
""",
    "from a test": """
# --- checks/test_small.py
import torch
from acme.torch.layers.thin import Thin

def test_thin():
    Thin(torch.nn.ReLU()).forward(1)  # FWD001
""",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("place", ["", "src/"])
@pytest.mark.parametrize(
    "init", ["", "# --- {place}acme/torch/__init__.py\n", "# --- {place}acme/torch/nn/__init__.py\n"]
)
def test_package_in_a_folder_without_init_is_not_the_known_one(tmp_path: Path, use: str, place: str, init: str) -> None:
    hold(tmp_path, (init + LAYERS + use).format(place=place))


def test_namesake_in_a_project_without_a_mark(tmp_path: Path) -> None:
    init = "# --- acme/torch/__init__.py\nfrom torch import nn\n"
    hold_unmarked(tmp_path, (init + LAYERS + USES["by dots"]).format(place=""))


@pytest.mark.parametrize("name", ["torch", "timm", "typing", "keras"])
def test_helper_called_like_what_it_helps_with(tmp_path: Path, name: str) -> None:
    """`utils` is no folder of programs: its modules are imported as `utils.torch`."""
    text = f"""
# --- utils/{name}.py
import {name}
from torch import nn

def wrap(inner: nn.Module, kind: "{name}.Kind"):
    return inner.forward(1)  # FWD001
# --- utils/more.py
from typing import Optional
from timm.layers import Mlp
from torch import nn
from utils.{name} import wrap

def run(inner: Optional[nn.Module]):
    if inner is not None:
        inner.forward(1)  # FWD001
    Mlp(3).forward(1)  # FWD001
    wrap(Mlp(3), None)
"""
    hold(tmp_path, text)


@pytest.mark.parametrize("inits", [(), ("acme/timm/",), ("acme/timm/layers/",), ("acme/timm/", "acme/timm/layers/")])
def test_adapter_is_laid_out_like_what_it_adapts(tmp_path: Path, inits: tuple[str, ...]) -> None:
    text = """
# --- setup.py
# --- acme/timm/layers/mlp.py
from timm.layers.mlp import Mlp
import timm.layers as known

class Thin(Mlp):
    def __init__(self): super().__init__(3)

Mlp(3).forward(1)  # FWD001
known.Mlp(3).forward(1)  # FWD001
# --- acme/timm/use.py
from timm.layers import Mlp
from .layers.mlp import Thin

Mlp(3).forward(1)  # FWD001
Thin().forward(1)  # FWD001
"""
    hold_unmarked(tmp_path, "".join(f"# --- {folder}__init__.py\n" for folder in inits) + text)


def test_tests_in_a_folder_called_like_what_they_test(tmp_path: Path) -> None:
    text = """
# --- checks/timm/__init__.py
# --- checks/timm/test_mlp.py
from timm.layers import Mlp

def test_mlp():
    Mlp(3).forward(1)  # FWD001
"""
    hold(tmp_path, text)


@pytest.mark.parametrize(
    "own",
    [
        "from .hub import *\n",
        "def __getattr__(name): ...\n",
        "class Mlp: ...\n",
        "Mlp = object\n",
        "import net as Mlp\n",
        "def (\n",
    ],
)
def test_package_that_has_what_its_files_want_is_itself(tmp_path: Path, own: str) -> None:
    """A copy in a folder that programs run in."""
    text = f"""
# --- demo/timm/__init__.py
{own}# --- demo/timm/use.py
from timm import (
    Mlp,  # Its own.
)

Mlp(3).forward(1)
"""
    hold(tmp_path, text)


def test_name_that_is_known_to_nobody_is_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flake8_forward_call.inference.project import workspace

    monkeypatch.delattr(workspace, "Namesake")
    text = """
# --- demo/club/__init__.py
# --- demo/club/ball.py
from torch import nn

class Ball(nn.Module): ...
# --- demo/club/use.py
from club.ball import Ball

Ball().forward(1)  # FWD001
"""
    hold(tmp_path, text)
