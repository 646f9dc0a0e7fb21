"""Where a project ends, and which of its files an import leads to, whatever ``__init__.py`` lies or lacks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from marked import found_in, hold, hold_unmarked

from flake8_forward_call.inference import session
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.sources.source import Source


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    session._SESSIONS = session._Sessions()
    yield
    session._SESSIONS = session._Sessions()


BALL = """
# --- {place}ball.py
from torch import nn

class Ball(nn.Module):
    def forward(self, x): return x

def kick(ball, x):
    return ball.forward(x){mark}
"""

STRANGER = """
class Stone:
    def forward(self, x): return x
"""

MARKS = ["pyproject.toml", "setup.py", "setup.cfg", ".git/config", ".hg/hgrc"]


# The end


@pytest.mark.parametrize("mark", MARKS)
def test_package_at_the_top_does_not_make_the_folder_above_a_root(tmp_path: Path, mark: str) -> None:
    text = f"""
# --- club/{mark}
# --- club/__init__.py
# --- club/games/__init__.py
# --- club/games/play.py
from games.ball import Ball
from games import ball

Ball().forward(1)  # FWD001
ball.Ball().forward(1)  # FWD001
# --- club/checks/test_ball.py
from games.ball import Ball

def test_ball():
    Ball().forward(1)  # FWD001
"""
    hold_unmarked(tmp_path, BALL.format(place="club/games/", mark="") + text)


@pytest.mark.parametrize("mark", MARKS)
def test_callers_beside_the_project_say_nothing(tmp_path: Path, mark: str) -> None:
    own = "# --- club/use.py\nfrom club.ball import Ball, kick\nfrom .ball import kick\nkick(Ball(), 1)\n"
    other = f"# --- street/use.py\nfrom club.ball import kick\nfrom ball import kick\n{STRANGER}\nkick(Stone(), 1)\n"
    ends = f"# --- club/{mark}\n# --- club/__init__.py\n"
    hold_unmarked(tmp_path, BALL.format(place="club/", mark="  # FWD001") + own + other + ends)


def test_callers_in_another_project_of_the_repository_say_nothing(tmp_path: Path) -> None:
    own = "# --- parts/club/club/use.py\nfrom club.ball import Ball, kick\nkick(Ball(), 1)\n"
    other = f"# --- parts/street/street/use.py\nfrom club.ball import kick\n{STRANGER}\nkick(Stone(), 1)\n"
    ends = "# --- .git/config\n" + "".join(
        f"# --- parts/{one}/{name}\n" for one in ("club", "street") for name in ("pyproject.toml", f"{one}/__init__.py")
    )
    hold_unmarked(tmp_path, BALL.format(place="parts/club/club/", mark="  # FWD001") + own + other + ends)


def test_subclass_beside_the_project_says_nothing(tmp_path: Path) -> None:
    text = """
# --- club/pyproject.toml
# --- club/__init__.py
# --- club/ball.py
from torch import nn

class Ball(nn.Module):
    def roll(self, x): return self.forward(x)  # FWD001
# --- street/stone.py
from club.ball import Ball

class Stone(Ball):
    def __call__(self, x): return -x
"""
    hold_unmarked(tmp_path, text)


def test_import_does_not_lead_to_an_undeclared_folder_beside_the_project(tmp_path: Path) -> None:
    text = """
# --- .git/config
# --- club/pyproject.toml
# --- club/use.py
from ball import Ball

Ball().forward(1)
"""
    hold_unmarked(tmp_path, BALL.format(place="street/", mark="") + text)


def test_import_leads_to_the_project_above_that_has_settings(tmp_path: Path) -> None:
    """Such are the examples and tests of a project that have settings of their own. It does not say who calls them."""
    text = """
# --- .git/config
# --- setup.py
# --- club/__init__.py
# --- demo/setup.cfg
# --- demo/use.py
from club.ball import Ball

def run(ball, x):
    return ball.forward(x)  # FWD001

run(Ball(), 1)
# --- other.py
from demo.use import run

class Stone:
    def forward(self, x): return x

run(Stone(), 1)
"""
    hold_unmarked(tmp_path, BALL.format(place="club/", mark="") + text)


def test_folder_of_checkouts_is_not_read_for_one_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        place = tmp_path / f"checkout{number}"
        for name in (".git/config", "__init__.py", "setup.py", "ball/__init__.py"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).touch()
        (place / "ball/kick.py").write_text(BALL.format(place="", mark="").partition("\n\n")[2])
        (place / "ball/use.py").write_text("from ball.kick import Ball, kick\nkick(Ball(), 1)\n")
    read: set[Path] = set()
    real = os.open

    def noted(path: str | Path, flags: int, *rest: int) -> int:
        read.add(Path(path))
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", noted)
    own = tmp_path.resolve() / "checkout7"
    found_in(own / "ball/kick.py")
    assert own / "ball/use.py" in read
    assert {path for path in read if path.is_relative_to(tmp_path) and not path.is_relative_to(own)} == set()


def test_package_without_a_mark_does_not_read_the_projects_beside_it(tmp_path: Path) -> None:
    own = "# --- club/__init__.py\n# --- club/use.py\nfrom club.ball import Ball, kick\nkick(Ball(), 1)\n"
    other = (
        f"# --- street/pyproject.toml\n# --- street/a.py\nfrom club.ball import kick\n{STRANGER}\nkick(Stone(), 1)\n"
    )
    hold_unmarked(tmp_path, BALL.format(place="club/", mark="  # FWD001") + own + other)


def test_scripts_beside_a_package_without_a_mark_are_its_callers(tmp_path: Path) -> None:
    own = "# --- club/__init__.py\n# --- scripts/use.py\nfrom club.ball import Ball, kick\nkick(Ball(), 1)\n"
    hold_unmarked(tmp_path, BALL.format(place="club/", mark="  # FWD001") + own)


def test_project_goes_by_the_name_of_its_folder_too(tmp_path: Path) -> None:
    """A checkout that is a package, or lies in one, may be imported by that name, from its own files as well."""
    text = """
# --- outer/__init__.py
# --- outer/club/__init__.py
# --- outer/club/setup.py
# --- outer/club/deep/__init__.py
# --- outer/club/deep/use.py
from outer.club.ball import Ball
from outer.stone import Stone
from ..ball import Ball as Same

def run(ball: Ball):
    assert isinstance(ball, Same)
    ball.forward(1)  # FWD001
    Stone().forward(1)
# --- outer/stone.py
from torch import nn

class Stone(nn.Module): ...
# --- outer/use.py
from outer.club.ball import Ball

Ball().forward(1)  # FWD001
"""
    hold_unmarked(tmp_path, BALL.format(place="outer/club/", mark="") + text)


def test_checkout_called_like_a_known_package_hides_nothing(tmp_path: Path) -> None:
    text = """
# --- timm/pyproject.toml
# --- timm/__init__.py
# --- timm/use.py
from timm.layers import Mlp

Mlp(3).forward(1)  # FWD001
"""
    hold_unmarked(tmp_path, text)


@pytest.mark.parametrize(
    "settings",
    [
        '[tool.uv.sources]\nstreet = { path = "../street" }\n',
        '[tool.uv.sources]\nstreet = [{ path = "../street", marker = "x" }]\n',
        '[tool.poetry.dependencies]\nstreet = { path = "../street", develop = true }\n',
        '[tool.poetry.group.dev.dependencies]\nstreet = { path = "../street" }\n',
        '[tool.pytest.ini_options]\npythonpath = ["../street/src"]\n',
        '[tool.forward-call]\nroots = ["../street/src"]\n',
    ],
)
def test_settings_lead_to_a_project_beside(tmp_path: Path, settings: str) -> None:
    use = "# --- club/use.py\nfrom street.ball import Ball\nBall().forward(1)  # FWD001\n# --- club/.git/config\n"
    beside = "# --- street/.git/config\n# --- street/src/street/__init__.py\n" + BALL
    (tmp_path / "club").mkdir()
    (tmp_path / "club/pyproject.toml").write_text(settings)
    hold_unmarked(tmp_path, beside.format(place="street/src/street/", mark="") + use)


# Dots


def test_dots_lead_to_what_lies_beside_whatever_the_folders_lack(tmp_path: Path) -> None:
    text = """
# --- a/__init__.py
# --- a/b/c/__init__.py
# --- a/b/c/use.py
from .ball import Ball
from . import ball
from ..top import Ball as Top
from ...far import Ball as Far

Ball().forward(1)  # FWD001
ball.Ball().forward(1)  # FWD001
Top().forward(1)  # FWD001
Far().forward(1)  # FWD001
# --- a/b/top.py
from .c import ball
from .c.ball import *

Ball().forward(1)  # FWD001
# --- a/far.py
from .b.c.ball import Ball
"""
    hold(tmp_path, BALL.format(place="a/b/c/", mark="") + text)


@pytest.mark.parametrize("mark", ["setup.py", "readme.md"])
@pytest.mark.parametrize("place", ["", "tools/", "tools/v1.0/"])
def test_module_from_a_dot_in_a_folder_without_init(tmp_path: Path, place: str, mark: str) -> None:
    text = f"""
# --- {mark}
# --- {place}use.py
from . import ball, missing
from . import ball as again
from .ball import Ball

def run(one: again.Ball, other: Ball):
    ball.Ball().forward(1)  # FWD001
    one.forward(1)  # FWD001
    other.forward(1)  # FWD001
    missing.Ball().forward(1)
"""
    hold_unmarked(tmp_path, BALL.format(place=place, mark="") + text)


def test_dots_do_not_lead_out_of_the_project(tmp_path: Path) -> None:
    text = """
# --- club/setup.py
# --- club/__init__.py
# --- club/use.py
from ..ball import Ball
Ball().forward(1)
"""
    hold_unmarked(tmp_path, BALL.format(place="", mark="") + text)


def test_dots_never_lead_to_what_is_known(tmp_path: Path) -> None:
    text = """
# --- use.py
from .torch import nn
from . import torchvision
from .timm.layers import Mlp

nn.Linear(1, 1).forward(1)
torchvision.models.resnet18().forward(1)
Mlp(3).forward(1)
"""
    hold(tmp_path, text)


def test_dots_lead_to_a_module_that_its_name_does_not_lead_to(tmp_path: Path) -> None:
    """A folder `torch` without `__init__.py` is not torch, but its own files are beside one another."""
    text = """
# --- torch/nn.py
class Module:
    def forward(self, x): return x
# --- torch/use.py
from .nn import Module
from torch.nn import Linear

Module().forward(1)
Linear(1, 1).forward(1)  # FWD001
"""
    hold(tmp_path, text)


def test_dots_in_a_stub_lead_to_the_source(tmp_path: Path) -> None:
    text = """
# --- club/__init__.py
# --- club/court.py
def make(): return unread()
# --- club-stubs/court.pyi
from .ball import Ball
def make() -> Ball: ...
# --- use.py
from club.ball import Ball
from club.court import make

def run(ball):
    ball.forward(1)  # FWD001
    assert isinstance(make(), Ball)

run(make())
"""
    hold(tmp_path, BALL.format(place="club/", mark="") + text)


def test_file_behind_a_link_finds_what_lies_beside_it(tmp_path: Path) -> None:
    text = """
# --- shared/use.py
from .ball import Ball

def make(): return Ball()
# --- club/setup.py
# --- club/run.py
from linked.use import make
from linked.ball import Ball

make().forward(1)  # FWD001
assert isinstance(make(), Ball)
"""
    (tmp_path / "club").mkdir()
    (tmp_path / "club/linked").symlink_to(tmp_path / "shared")
    hold_unmarked(tmp_path, BALL.format(place="shared/", mark="") + text)


# Programs


def test_folder_of_programs_is_a_root_for_them(tmp_path: Path) -> None:
    text = """
# --- tools/__init__.py
# --- tools/train.py
from ball import Ball
import ball

Ball().forward(1)  # FWD001
ball.Ball().forward(1)  # FWD001
# --- tools/names.py
from torch import nn
from timm.layers import Mlp

Mlp(3).forward(1)  # FWD001
# --- tools/timm.py
# --- tools/torch.py
"""
    hold(tmp_path, BALL.format(place="tools/", mark="") + text)


def test_module_beside_a_program_goes_before_that_of_the_project(tmp_path: Path) -> None:
    text = """
# --- kit.py
from torch import nn

class Ball(nn.Module): ...
# --- demo/kit.py
class Ball:
    def forward(self, x): return x
# --- demo/run.py
from kit import Ball
from lib import kick

Ball().forward(1)
kick(Ball())
# --- lib.py
def kick(ball): ball.forward(1)
# --- run.py
from kit import Ball

Ball().forward(1)  # FWD001
"""
    hold(tmp_path, text)


def test_module_beside_a_program_hides_what_is_known(tmp_path: Path) -> None:
    text = """
# --- demo/timm.py
class Mlp:
    def forward(self, x): return x
# --- demo/run.py
from timm import Mlp

Mlp().forward(1)
# --- run.py
from timm.layers import Mlp

Mlp(3).forward(1)  # FWD001
"""
    hold(tmp_path, text)


# One file, one name


@pytest.mark.parametrize("names", [["use", "ball"], ["ball", "use"]])
def test_file_goes_by_one_name_whoever_leads_there(tmp_path: Path, names: list[str]) -> None:
    (tmp_path / "setup.cfg").write_text("[options]\npackage_dir =\n    pkg = code\n")
    files = {
        "code/use.py": "from pkg.ball import Ball\nfrom .ball import Ball as Same\n"
        "def run(one: Ball):\n    assert isinstance(one, Same)\n    one.forward(1)\n",
        "code/ball.py": "from torch import nn\nclass Ball(nn.Module): ...\n",
        "code/__init__.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = {name: found_in(tmp_path / f"code/{name}.py") for name in names}
    assert found == {"use": [(5, "FWD001")], "ball": []}
    known = session_of(str(tmp_path / "code/use.py"))
    file, _ = known.take(Source(str(tmp_path / "code/ball.py"), files["code/ball.py"]))
    assert file.name == "pkg.ball"
