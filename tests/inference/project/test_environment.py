"""What is installed: which environment counts, where its packages lie, and what is read of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call
from projects import project as write

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference.places import editable, environment
from flake8_forward_call.inference.places.environment import CHOICE, Choice, NoEnvironmentError, chosen, environment_of
from flake8_forward_call.sources.source import Source

BASE = "from torch import nn\n\nclass Base(nn.Module):\n    pass\n"
PLAIN = "class Base: ...\n"
USE = "from pkg import Base\n\ndef run(x):\n    return Base().forward(x)\n"


def found(path: Path) -> list[str]:
    return [one.code for one in analyse(Source(str(path), path.read_text()))]


@pytest.fixture(autouse=True)
def _fresh(_nothing_is_installed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look for an environment as the doors do, with no memory of those of other tests."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    before = CHOICE.set(Choice())
    environment._environment.cache_clear()
    yield
    CHOICE.reset(before)


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    write(tmp_path / "env", {"pyvenv.cfg": "version = 3.11.7\n", "lib/python3.11/site-packages/x.py": ""})
    return tmp_path / "env"


@pytest.fixture
def site(venv: Path) -> Path:
    return venv / "lib/python3.11/site-packages"


@pytest.fixture
def use(tmp_path: Path) -> Path:
    write(tmp_path / "project", {"pyproject.toml": "", "use.py": USE})
    return tmp_path / "project/use.py"


def choose(path: Path) -> None:
    CHOICE.set(chosen(str(path)))


# Which environment


def test_environment_by_folder_or_interpreter(venv: Path, site: Path, use: Path) -> None:
    write(site, {"pkg.py": BASE})
    write(venv, {"bin/python": ""})
    assert found(use) == []
    for path in (venv, venv / "bin/python"):
        choose(path)
        assert found(use) == ["FWD001"]


def test_interpreter_by_link_is_of_the_environment_that_the_link_lies_in(tmp_path: Path, venv: Path) -> None:
    write(tmp_path / "base", {"bin/python3": "", "lib/python3.11/site-packages/y.py": ""})
    (venv / "bin").mkdir()
    (venv / "bin/python").symlink_to(tmp_path / "base/bin/python3")
    (tmp_path / "elsewhere").symlink_to(tmp_path / "base/bin/python3")
    assert chosen(str(venv / "bin/python")).prefix == venv
    assert chosen(str(tmp_path / "elsewhere")).prefix == tmp_path / "base"


def test_interpreter_by_its_name_alone(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(venv, {"bin/python-of-this-test": ""})
    (venv / "bin/python-of-this-test").chmod(0o755)
    monkeypatch.setenv("PATH", str(venv / "bin"))
    assert chosen("python-of-this-test").prefix == venv


@pytest.mark.parametrize("name", ["nowhere", "python-that-nobody-has/bin", "."])
def test_path_that_is_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoEnvironmentError, match=name):
        chosen(name)


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_active_environment(venv: Path, site: Path, use: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    write(site, {"pkg.py": BASE})
    monkeypatch.setenv(variable, str(venv))
    assert found(use) == ["FWD001"]


def test_active_environment_that_is_gone_does_not_count(use: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(use.parent, {".venv/pyvenv.cfg": "", ".venv/lib/python3.12/site-packages/pkg.py": BASE})
    monkeypatch.setenv("VIRTUAL_ENV", str(use.parent / "gone"))
    assert found(use) == ["FWD001"]


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_environment_of_the_project_in_any_folder_above(use: Path, name: str) -> None:
    write(
        use.parent, {"a/b/use.py": USE, f"{name}/pyvenv.cfg": "", f"{name}/lib/python3.12/site-packages/pkg.py": BASE}
    )
    assert found(use.parent / "a/b/use.py") == ["FWD001"]


def test_environment_made_for_a_hook_gives_way_to_that_of_the_project(
    use: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(use.parent, {".venv/pyvenv.cfg": "", ".venv/lib/python3.12/site-packages/pkg.py": BASE})
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert found(use) == ["FWD001"]


def test_environment_of_the_tool_is_the_last(tmp_path: Path, use: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "own/site-packages", {"pkg.py": BASE})
    monkeypatch.setattr(sys, "path", [str(tmp_path / "own/site-packages"), *sys.path])
    assert found(use) == ["FWD001"]
    assert [one.code for one in analyse(Source("nowhere.py", USE))] == ["FWD001"]


def test_nothing_is_installed_if_the_user_says_so(venv: Path, use: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(venv))
    CHOICE.set(Choice(nothing=True))
    assert environment_of(use.parent, use.parent).places == ()


# Where packages lie


@pytest.mark.parametrize(
    "place",
    [
        "lib/python3.10/site-packages",
        "lib64/python3.10/site-packages",
        "lib/pypy3.10/site-packages",
        "lib/python3.13t/site-packages",
        "Lib/site-packages",
        "lib/python3/dist-packages",
        "local/lib/python3.12/dist-packages",
    ],
)
def test_layouts_of_environments(tmp_path: Path, use: Path, place: str) -> None:
    write(tmp_path / "env", {f"{place}/pkg/__init__.py": "from .base import Base\n", f"{place}/pkg/base.py": BASE})
    choose(tmp_path / "env")
    assert found(use) == ["FWD001"]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("version = 3.9.1", ["FWD001"]), ("version_info = 3.10.2.final.0", []), ("version = 2", [])],
)
def test_version_of_the_environment_decides_between_folders(
    tmp_path: Path, use: Path, setting: str, expected: list[str]
) -> None:
    sites = {"lib/python3.9/site-packages/pkg.py": BASE, "lib/python3.10/site-packages/pkg.py": PLAIN}
    write(tmp_path / "env", {"pyvenv.cfg": f"nonsense\n{setting}\n", **sites})
    choose(tmp_path / "env")
    assert found(use) == expected


@pytest.mark.parametrize(("value", "expected"), [("true", ["FWD001"]), ("false", [])])
def test_system_packages_count_if_the_environment_includes_them(
    tmp_path: Path, venv: Path, use: Path, value: str, expected: list[str]
) -> None:
    write(tmp_path / "system", {"lib/python3.11/site-packages/pkg.py": BASE})
    text = f"home = {tmp_path}/system/bin\ninclude-system-site-packages = {value}\n"
    write(venv, {"pyvenv.cfg": text})
    choose(venv)
    assert found(use) == expected


def test_package_with_an_init_goes_before_a_folder_without(venv: Path, site: Path, use: Path) -> None:
    write(site, {"more.pth": "more\n", "pkg/readme.txt": "", "more/pkg/__init__.py": BASE})
    choose(venv)
    assert found(use) == ["FWD001"]


def test_namespace_package_in_two_places(venv: Path, site: Path, use: Path) -> None:
    write(site, {"more.pth": "more\n", "ns/a.py": BASE, "more/ns/b.py": "from ns.a import Base\n"})
    use.write_text(USE.replace("pkg", "ns.b"))
    choose(venv)
    assert found(use) == ["FWD001"]


# Editable installs


@pytest.mark.parametrize(
    "files",
    [
        {"__editable__.pkg-1.pth": "{src}\n"},
        {"easy-install.pth": "# comment\n\nimport sys; sys.exit()\n\ufeff\n{src}  \n"},
        {
            "__editable__.pkg-1.pth": "import __editable___pkg_1_finder; __editable___pkg_1_finder.install()",
            "__editable___pkg_1_finder.py": "MAPPING: dict[str, str] = {{'pkg': r'{src}/pkg'}}\nNAMESPACES = {{}}\n",
        },
        {
            "__editable__.pkg-1.pth": "import __editable___pkg_1_finder; __editable___pkg_1_finder.install()",
            "__editable___pkg_1_finder.py": "MAPPING = {{}}\nNAMESPACES = {{'pkg': [r'{src}/pkg', 3], 4: ''}}\n",
        },
    ],
)
def test_editable_install(tmp_path: Path, venv: Path, site: Path, use: Path, files: dict[str, str]) -> None:
    write(tmp_path / "checkout/src", {"pkg/__init__.py": "from pkg.base import Base\n", "pkg/base.py": BASE})
    write(site, {name: text.format(src=tmp_path / "checkout/src") for name, text in files.items()})
    choose(venv)
    assert found(use) == ["FWD001"]


@pytest.mark.parametrize(
    "finder",
    [
        "MAPPING = {'pkg': open('x')}\n",
        "MAPPING = {\n",
        "MAPPING = {[]: 1}\n",
        "\0",
        "MAPPING = {'pkg': 'rel'}",
        "x = {}",
    ],
)
def test_damaged_finder_adds_nothing(venv: Path, site: Path, use: Path, finder: str) -> None:
    write(site, {"a.pth": "import __editable___a_finder; __editable___a_finder.install()\n"})
    write(site, {"__editable___a_finder.py": finder})
    write(site, {"b.pth": "import __editable___gone_finder\n"})
    choose(venv)
    assert found(use) == []


def test_statement_in_a_path_file_is_not_run(venv: Path, site: Path, use: Path) -> None:
    write(site, {"a.pth": f"import os; os.mkdir({str(site / 'made')!r})\n"})
    choose(venv)
    assert found(use) == []
    assert not (site / "made").exists()


def test_damaged_path_file_adds_nothing(venv: Path, site: Path, use: Path) -> None:
    (site / "a.pth").write_bytes(b"\xff\xfe\0\0nonsense\0\nmore\xff\n../../../..\n" + b"x\n" * editable.MAX_LINES)
    (site / "b.pth").mkdir()
    (site / "more\udcff").mkdir()
    choose(venv)
    assert found(use) == []


def test_path_file_that_lists_more_folders_than_there_can_be(
    venv: Path, site: Path, use: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "MAX_FOLDERS", 3)
    write(site, {"a.pth": "".join(f"more{i}\n" for i in range(9)), **{f"more{i}/x.py": "" for i in range(9)}})
    choose(venv)
    assert len(environment_of(use.parent, use.parent).places) == 3


def test_editable_install_leads_to_a_project_beside(tmp_path: Path, venv: Path, site: Path, use: Path) -> None:
    write(tmp_path / "checkout", {"setup.py": "", "__init__.py": "", "pkg/__init__.py": BASE})
    assert found(use) == []
    write(site, {"checkout.pth": f"{tmp_path / 'checkout'}\n"})
    choose(venv)
    assert found(use) == ["FWD001"]


@pytest.mark.parametrize("names", [("use.py", "more/pkg.py"), ("more/pkg.py", "use.py")])
def test_folder_of_the_project_that_the_environment_names_is_the_project_s_own(
    venv: Path, site: Path, use: Path, names: tuple[str, str]
) -> None:
    """Its callers are all there are, whether the import or the check has led there first."""
    write(site, {"more.pth": f"{use.parent / 'more'}\n"})
    write(use.parent, {"more/pkg.py": "from torch import nn\n\ndef run(m, x): return m.forward(x)\n"})
    write(
        use.parent, {"use.py": "from pkg import run\nfrom torch import nn\n\nnn.ReLU().forward(1)\nrun(nn.ReLU(), 1)\n"}
    )
    choose(venv)
    assert [found(use.parent / name) for name in names] == [["FWD001"], ["FWD001"]]


def test_installed_package_goes_before_a_folder_of_the_project_without_init(venv: Path, site: Path, use: Path) -> None:
    write(site, {"pkg/__init__.py": "", "pkg/base.py": BASE, "ns/base.py": BASE})
    write(use.parent, {"pkg/base.py": PLAIN, "ns/base.py": PLAIN})
    write(use.parent, {"a.py": USE.replace("pkg", "pkg.base"), "b.py": USE.replace("pkg", "ns.base")})
    choose(venv)
    assert (found(use.parent / "a.py"), found(use.parent / "b.py")) == (["FWD001"], [])


# Who tells


def test_project_goes_before_what_is_installed(venv: Path, site: Path, use: Path) -> None:
    write(site, {"pkg.py": PLAIN})
    write(use.parent, {"pkg.py": BASE})
    choose(venv)
    assert found(use) == ["FWD001"]


METRIC = (
    "from torchmetrics import Metric\n\nclass Mine(Metric):\n    def run(self, x):\n        return self.forward(x)\n"
)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ["FWD001"]),
        ({"torchmetrics/__init__.py": "class Metric: ...\n"}, []),
        ({"torchmetrics/__init__.py": "class Metric: ...\n", "torchmetrics-1.0.dist-info/RECORD": ""}, []),
        (
            {"torchmetrics/__init__.py": "class Metric: ...\n", "torchmetrics-{version}.dist-info/RECORD": ""},
            ["FWD001"],
        ),
        (
            {"torchmetrics/__init__.py": "class Metric: ...\n", "torchmetrics-{version}+cpu.dist-info/RECORD": ""},
            ["FWD001"],
        ),
        (
            {
                "torchmetrics/__init__.py": "class Metric: ...\n",
                "Other-{version}.dist-info/RECORD": "torchmetrics/__init__.py,,\n",
            },
            ["FWD001"],
        ),
        ({"torchmetrics/__init__.py": "class Metric: ...\n", "other-{version}.dist-info/METADATA": ""}, []),
        # Half uninstalled.
        ({"torchmetrics-1.0.dist-info/RECORD": ""}, ["FWD001"]),
        ({"torchmetrics/__pycache__/__init__.cpython-311.pyc": ""}, ["FWD001"]),
        # An editable install may be of any state.
        (
            {
                "torchmetrics-{version}.dist-info/RECORD": "",
                "torchmetrics/__init__.py": "class Metric: ...\n",
                "a.pth": "import __editable___a_finder",
                "__editable___a_finder.py": "MAPPING = {{'torchmetrics': '/nowhere/torchmetrics'}}",
            },
            [],
        ),
    ],
)
def test_catalogue_serves_where_it_was_made_from_the_installed_release(
    venv: Path, site: Path, use: Path, files: dict[str, str], expected: list[str]
) -> None:
    from flake8_forward_call.inference.catalogue import Catalogue

    known = Catalogue().package("torchmetrics")
    assert known is not None
    write(site, {name.format(version=known.version): text.format() for name, text in files.items()})
    use.write_text(METRIC)
    choose(venv)
    assert found(use) == expected


def test_catalogue_always_tells_of_torch(venv: Path, site: Path, use: Path) -> None:
    write(site, {"torch/__init__.py": "", "torch/nn.py": "class Module: ...\n", "pkg.py": BASE})
    choose(venv)
    assert found(use) == ["FWD001"]


def test_standard_library_is_not_looked_for(venv: Path, site: Path, use: Path) -> None:
    write(site, {"copy.py": BASE})
    use.write_text(USE.replace("pkg", "copy"))
    choose(venv)
    assert found(use) == []


def test_subclass_in_an_installed_package_does_not_bind_the_project(venv: Path, site: Path, use: Path) -> None:
    """A class of another package tells no more of a call when its source is read than when the catalogue has it."""
    write(site, {"pkg.py": "from torch import nn\n\nclass Odd(nn.Module):\n    def __call__(self, x): ...\n"})
    text = "from torch import nn\nimport pkg\n\nclass Base(nn.Module): ...\nclass Heir(Base, pkg.Odd): ...\n"
    use.write_text(text + "\ndef run(base: Base, odd: Heir):\n    base.forward(1)\n    odd.forward(1)\n")
    choose(venv)
    assert found(use) == ["FWD001", "FWD002"]


def test_folder_that_may_not_be_looked_into(venv: Path, site: Path, use: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(site, {"pkg/__init__.py": BASE})
    choose(venv)
    scandir = os.scandir

    def denied(path: str | Path) -> Any:
        if Path(path).name in ("pkg", "site-packages"):
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    assert found(use) == []


# Both doors


def test_command_takes_an_environment(venv: Path, site: Path, use: Path) -> None:
    write(site, {"pkg.py": BASE})
    assert forward_call("check", str(use), "--python", str(venv)).status == 1
    assert forward_call("check", str(use), "--no-site-packages").status == 0
    assert forward_call("check", str(use)).status == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--python", "nowhere"), "'nowhere' does not exist"),
        (("--python", "{venv}", "--no-site-packages"), "cannot be used together"),
    ],
)
def test_command_says_what_is_wrong(venv: Path, use: Path, options: tuple[str, ...], message: str) -> None:
    result = forward_call("check", str(use), *(one.format(venv=venv) for one in options))
    assert (result.status, message in result.err) == (2, True)
