"""The action and the recipes of docs/ci.md are valid, and their commands do what they say."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from command_line import PROGRAM, forward_call, run
from markdown_it import MarkdownIt

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
COPY = "./tools/flake8-forward-call"


def fences(language: str) -> list[str]:
    return [token.content for token in MarkdownIt().parse(TEXT) if token.type == "fence" and token.info == language]


def recipes() -> Iterator[dict[str, Any]]:
    for text in fences("yaml"):
        recipe = yaml.safe_load(text)
        assert isinstance(recipe, dict)
        yield recipe


def steps() -> list[dict[str, Any]]:
    return [step for recipe in recipes() for job in recipe.get("jobs", {}).values() for step in job["steps"]]


def commands() -> list[str]:
    """Every line that a recipe, a console or a pipeline runs."""
    lines = [step["run"] for step in steps() if "run" in step]
    lines += [line for recipe in recipes() for job in recipe.values() if "script" in job for line in job["script"]]
    lines += [step["script"] for recipe in recipes() for step in recipe.get("steps", ()) if "script" in step]
    lines += [line.removeprefix("$ ") for text in fences("console") for line in text.splitlines()]
    for text in fences("groovy"):
        lines += [line.strip().removeprefix("sh '").removesuffix("'") for line in text.splitlines() if " sh '" in line]
    return lines


OWN_COMMANDS = [line for line in commands() if line.startswith("forward-call ")]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one finding, in a file that is not committed yet."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for args in (
        ("init", "--quiet"),
        (*identity, "commit", "--quiet", "--allow-empty", "--message", "A change"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run(["git", *args], check=True, capture_output=True)
    for name in ("src", "tests"):
        Path(name).mkdir()
    Path("tests/test_net.py").touch()
    Path("src/net.py").write_text(PROGRAM)
    return tmp_path


def valid(schema: str, *files: Path) -> None:
    # As check-jsonschema's own hook for them does it.
    more = ("--data-transform", "azure-pipelines", "--regex-variant", "nonunicode") if "azure" in schema else ()
    done = run("check_jsonschema", *more, "--builtin-schema", schema, *files)
    assert (done.status, done.err) == (0, ""), done.out


def test_action_is_valid() -> None:
    valid("vendor.github-actions", ROOT / "action.yml")


def test_recipes_are_valid(tmp_path: Path) -> None:
    ours = list((ROOT / ".github/workflows").iterdir())
    files: dict[str, list[Path]] = {
        "vendor.github-workflows": ours,
        "vendor.gitlab-ci": [],
        "vendor.azure-pipelines": [],
    }
    for number, text in enumerate(fences("yaml")):
        (file := tmp_path / f"{number}.yml").write_text(text, encoding="utf-8")
        kinds = {"jobs:": "vendor.github-workflows", "pool:": "vendor.azure-pipelines"}
        files[next((kind for word, kind in kinds.items() if word in text), "vendor.gitlab-ci")].append(file)
    for schema, each in files.items():
        valid(schema, *each)


def test_each_kind_of_recipe_is_there() -> None:
    formats = [word for line in OWN_COMMANDS for word in shlex.split(line)]
    assert {"sarif", "azure", "gitlab", "rdjson", "junit", "--baseline", "--write-baseline", "--diff-base"} <= set(
        formats
    )


def test_only_this_package_is_installed() -> None:
    installs = [line for line in commands() if "pip install" in line]
    assert set(installs) == {f"python -I -m pip install {COPY}"}


@pytest.mark.usefixtures("project")
def test_commands_do_what_they_say() -> None:
    for line in OWN_COMMANDS:
        words = shlex.split(line)[1:]
        done = forward_call(*words)
        is_passed = any(word in words for word in ("--exit-zero", "--baseline", "--write-baseline"))
        assert (line, done.status) == (line, 0 if is_passed else 1)
        assert (line, bool(done.out)) == (line, not is_passed and "--output-file" not in words)
        if "--output-file" in words:
            report = words[words.index("--output-file") + 1]
            assert TEXT.count(report) >= 2  # A later step uses it.
            text = Path(report).read_text(encoding="utf-8")
            assert ET.fromstring(text).get("failures") == "1" if report.endswith(".xml") else json.loads(text)


@pytest.fixture
def temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's folder for temporary files."""
    return tmp_path_factory.mktemp("temp")


@pytest.mark.usefixtures("project")
def test_uses_of_the_action_do_what_they_say(temp: Path) -> None:
    uses = [step for step in steps() if step.get("uses", "").startswith(".")]
    assert [step["uses"] for step in uses] == [COPY] * 2
    for step in uses:
        assert set(step["with"]) <= set(ACTION["inputs"])
        given = {name: value.replace("${{ github.base_ref }}", "main") for name, value in step["with"].items()}
        done = check_step(given, temp)
        assert done.returncode == 1
        assert done.stdout.startswith("::error title=forward-call (FWD001),file=src/net.py,line=11,col=26,")


def test_inputs_are_documented() -> None:
    rows = [line.split("|") for line in TEXT.splitlines() if line.startswith("| `")]
    assert [row[1].strip() for row in rows] == [f"`{name}`" for name in ACTION["inputs"]]
    assert ACTION["inputs"]["python-version"]["default"] in rows[-1][3]


def inputs(given: dict[str, str]) -> dict[str, str]:
    return {name: given.get(name, each["default"]) for name, each in ACTION["inputs"].items()}


def shell(step: dict[str, Any], temp: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step's script as the runner does, with ``temp`` as its folder for temporary files."""
    (file := temp / "step.sh").write_text(step["run"])
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(file)]
    environment = {**os.environ, **environment}
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)


def check_step(given: dict[str, str], temp: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the action's last step with the Python of this environment."""
    step = ACTION["runs"]["steps"][-1]
    made = inputs(given)
    values = {
        "${{ steps.install.outputs.python }}": sys.executable,
        "${{ inputs.paths }}": made["paths"],
        "${{ inputs.args }}": made["args"],
    }
    return shell(step, temp, **{name: values[value] for name, value in step["env"].items()}, **environment)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("paths", ["$(touch made)", "; touch made", "`touch made`", "' touch made"])
def test_inputs_are_not_run(paths: str, temp: Path) -> None:
    done = check_step({"paths": f"src/net.py {paths}"}, temp)
    assert done.returncode == 2
    assert done.stdout.startswith("::error title=forward-call (FWD001),file=src/net.py,")
    assert not Path("made").exists()


@pytest.mark.usefixtures("project")
def test_stars_in_inputs_are_not_expanded(temp: Path) -> None:
    done = check_step({"paths": "*.py"}, temp)
    assert "*.py: no such file or directory" in done.stderr


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("", "/the action"),
        ("0.1.0", "flake8-forward-call==0.1.0"),
        (">=0.1,<0.2", "flake8-forward-call>=0.1,<0.2"),
        ("==0.1.0", "flake8-forward-call==0.1.0"),
    ],
)
def test_version_that_is_asked_for_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, wanted: str
) -> None:
    monkeypatch.chdir(tmp_path)
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\nif [ "$3" = venv ]; then mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; else echo "$0 $*"; fi\n'
    )
    python.chmod(0o755)
    done = install(tmp_path, PYTHON=str(python), VERSION=version, GITHUB_ACTION_PATH="/the action")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path}/forward-call/bin/python -I -m pip install --quiet {wanted}\n"
    assert (tmp_path / "output").read_text() == f"python={tmp_path}/forward-call/bin/python\n"


def install(temp: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the step of the action that installs the tool. Its outputs are in the file ``output``."""
    (step,) = (each for each in ACTION["runs"]["steps"] if each.get("id") == "install")
    assert step["env"] == {"PYTHON": "${{ steps.python.outputs.python-path }}", "VERSION": "${{ inputs.version }}"}
    return shell(step, temp, RUNNER_TEMP=str(temp), GITHUB_OUTPUT=str(temp / "output"), **environment)


# Modules that Python, venv, pip and the tool import. The attack is that they are found here first.
TRAPS = (
    "venv/__init__.py",
    "venv/__main__.py",
    "ensurepip/__init__.py",
    "ensurepip/__main__.py",
    "pip/__init__.py",
    "pip/__main__.py",
    "flake8_forward_call/__init__.py",
    "flake8_forward_call/__main__.py",
    *(f"{name}.py" for name in ("subprocess", "sitecustomize", "usercustomize", "shutil", "json", "logging", "re")),
    *(f"{name}.py" for name in ("click", "libcst", "tomllib", "pathspec", "flake8", "setuptools", "hatchling")),
)
TRAP = "import os\nopen(os.environ['MARK'], 'a').write(__name__ + '\\n')\nraise SystemExit(0)\n"


@pytest.fixture
def mark(project: Path, temp: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, with modules that leave a mark if they are imported."""
    for name in TRAPS:
        (file := project / name).parent.mkdir(exist_ok=True)
        file.write_text(TRAP)
    mark = temp / "mark"
    monkeypatch.setenv("MARK", str(mark))
    return mark


def wheel(folder: Path) -> Path:
    """A package with the name of this one, without dependencies and build requirements."""
    path = folder / "flake8_forward_call-0.1.0-py3-none-any.whl"
    about = "flake8_forward_call-0.1.0.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("flake8_forward_call/__init__.py", "")
        file.writestr("flake8_forward_call/__main__.py", "print('the real one')\n")
        file.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: flake8-forward-call\nVersion: 0.1.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    return path


def test_the_action_runs_nothing_of_what_it_checks(mark: Path, temp: Path) -> None:
    environment = {"PYTHONPATH": str(Path.cwd()), "PIP_NO_INDEX": "1"}
    python = sys._base_executable  # type: ignore[attr-defined]
    done = install(temp, PYTHON=python, VERSION="", GITHUB_ACTION_PATH=str(wheel(temp)), **environment)
    assert done.returncode == 0, done.stderr
    installed = (temp / "output").read_text().removeprefix("python=").rstrip("\n")
    step = ACTION["runs"]["steps"][-1]
    done = shell(step, temp, PYTHON=installed, PATHS="src", ARGS="", **environment)
    assert (done.stdout, done.stderr) == ("the real one\n", "")
    done = check_step({"paths": "src"}, temp, **environment)
    assert done.stdout.startswith("::error title=forward-call (FWD001),file=src/net.py,line=11,col=26,")
    assert not mark.exists()


def test_the_attack_on_the_action_is_real(mark: Path, temp: Path) -> None:
    """Without isolation, Python runs modules in the current folder."""
    for arguments in (["-m", "venv", str(temp / "made")], ["-m", "pip", "--version"]):
        subprocess.run([sys.executable, *arguments], check=False, capture_output=True)
        assert mark.read_text().split()
        mark.unlink()


def test_no_recipe_imports_from_the_current_folder() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
    lines = [
        line
        for page in pages
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8"))
        if token.type == "fence" and token.info in ("yaml", "groovy")
        for line in token.content.splitlines()
        if "python" in line and " -m " in line
    ]
    assert len(lines) >= 5
    assert [line for line in lines if "python -I -m " not in line] == []


def test_hooks_are_scripts_which_import_nothing_from_the_current_folder() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["entry"].split()[0] for hook in hooks} == {"forward-call"}
