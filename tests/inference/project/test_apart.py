"""Files that a search through their project skips are judged by those that lie beside them, as all others are."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import found_in, hold, hold_unmarked, written

from flake8_forward_call.configuration import files
from flake8_forward_call.inference.places import apart
from flake8_forward_call.inference.places.apart import apart_from
from flake8_forward_call.inference.session import look_again

# Only the text of other files tells that the first call must stay, and that the second one is of a module.
PROJECT = """
# --- {at}/base.py
from torch import nn

class Base(nn.Module):
    def forward(self, x): return x

    def score(self, x):
        return self.forward(x)  # FWD002

def walk(encoder, x):
    return encoder.forward(x)  # FWD001
# --- {at}/odd.py
from base import Base, walk
from torch import nn

class Odd(Base):
    def __call__(self, x): return -x

print(walk(nn.Linear(2, 2), 1))
"""


@pytest.fixture(autouse=True)
def repository(tmp_path: Path) -> Path:
    files.forget()
    apart.look_again()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("made/\n/env/\nold_*.py\n")
    (tmp_path / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendor/"]\n')
    return tmp_path


@pytest.mark.parametrize(
    "at", ["src", "made", "made/deep", "vendor/lib", "node_modules/lib", ".venv/site-packages/lib"]
)
def test_all_that_lies_in_the_same_skipped_folder_counts(repository: Path, at: str) -> None:
    hold(repository, PROJECT.format(at=at))


def test_skipped_folder_says_nothing_of_the_rest_of_the_project(repository: Path) -> None:
    """A class that overrides the call lies in a folder that is skipped: the project's own files do not see it."""
    written(repository, PROJECT.format(at="made").replace("made/base.py", "base.py"))
    assert found_in(repository / "base.py") == [(7, "FWD001")]


@pytest.fixture
def installed(repository: Path) -> Path:
    """A folder of installed packages that is in no project."""
    (repository / ".git").rmdir()
    (repository / ".gitignore").unlink()
    (repository / "pyproject.toml").unlink()
    return repository


@pytest.mark.parametrize("beside", ["numpy/__init__.py", "setup.py"])
def test_installed_packages_that_are_checked_themselves_are_projects_of_their_own(installed: Path, beside: str) -> None:
    """Otherwise, each question of one of them leads through all of them."""
    text = PROJECT.replace("from base", "from lib.base") + "# --- site-packages/lib/__init__.py\n"
    hold_unmarked(installed, f"{text.format(at='site-packages/lib')}# --- site-packages/{beside}\n")
    (installed / "site-packages/other").mkdir()
    (installed / "site-packages/lib/odd.py").rename(installed / "site-packages/other/odd.py")
    (installed / "site-packages/other/__init__.py").touch()
    look_again({})
    assert found_in(installed / "site-packages/lib/base.py") == [(7, "FWD001")]


def test_installed_module_is_a_project_of_its_own(installed: Path) -> None:
    files = written(installed, PROJECT.format(at="site-packages"), is_marked=False)
    assert list(files) == ["site-packages/base.py", "site-packages/odd.py"]
    assert found_in(installed / "site-packages/base.py") == [(7, "FWD001")]


@pytest.mark.parametrize("at", ["site-packages/alone.py", "site-packages/lib/__init__.py", "project/alone.py"])
def test_all_that_is_in_an_installed_module_counts(installed: Path, at: str) -> None:
    """There is evidence that the first receiver is a module, but then it may be one with another ``__call__``."""
    text = f"""
# --- project/setup.py
# --- {at}
from torch import nn
def names(m, x):
    m.named_parameters()
    return m.forward(x)  # FWD003 without a fix
class Over(nn.Module):
    def __call__(self, x): return 5
    def forward(self, x): return x
def walk(encoder, x):
    return encoder.forward(x)  # FWD001
walk(nn.Linear(2, 2), 1)
"""
    hold_unmarked(installed, text)


def test_folder_of_installed_packages_is_no_package(installed: Path) -> None:
    text = """
# --- site-packages/__init__.py
# --- site-packages/a/__init__.py
from torch import nn
class Net(nn.Module): ...
# --- site-packages/b/__init__.py
from a import Net
Net().forward(1)  # FWD001
# --- site-packages/c.py
from a import Net
Net().forward(1)  # FWD001
"""
    hold_unmarked(installed, text)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("src/a.py", None),
        ("src/old_a.py", "src/old_a.py"),
        ("made/a.py", "made"),
        ("src/made/deep/a.py", "src/made"),
        ("vendor/lib/a.py", "vendor"),
        ("env/lib/a.py", "env/lib"),
        ("env/lib/site-packages/torch/nn/a.py", "env/lib/site-packages/torch"),
        ("env/lib/site-packages/six.py", "env/lib/site-packages/six.py"),
        ("node_modules/a/b.py", "node_modules/a"),
    ],
)
def test_of_other_peoples_code_it_is_the_package_and_not_the_environment(
    repository: Path, path: str, folder: str | None
) -> None:
    (repository / "env").mkdir()
    (repository / "env/pyvenv.cfg").touch()
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    assert apart_from(repository, str(repository / path)) == (None if folder is None else repository / folder)


def test_server_sees_that_a_folder_is_no_longer_ignored(repository: Path) -> None:
    (repository / "made").mkdir()
    assert apart_from(repository, str(repository / "made/a.py")) == repository / "made"
    (repository / ".gitignore").unlink()
    look_again({})
    assert apart_from(repository, str(repository / "made/a.py")) is None
