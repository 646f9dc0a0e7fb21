"""The hooks as pre-commit runs them, in the environments that it makes for them, when somebody commits."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from scratch import Done, Scratch, notebook, recipe

TRAIN = "from net.encoder import Encoder\n\nencoder = Encoder()\nprint(encoder.forward(1))\n"
FIXED = TRAIN.replace(".forward(", "(")
FOUND = "train.py:4:15: FWD001 encoder.forward(...) skips Module.__call__"
# A hook's line in the output of pre-commit.
PASSED = re.compile(r"\.+Passed$", re.MULTILINE)


def use(project: Scratch, text: str) -> None:
    """Configure pre-commit in a project, and install what it runs when somebody commits."""
    (project.folder / ".pre-commit-config.yaml").write_text(text)
    project.git("add", ".pre-commit-config.yaml")
    project.git("commit", "--quiet", "--message", "Run hooks")
    done = project.pre_commit("install", "--install-hooks")
    assert done.status == 0, done.out


@pytest.fixture
def checked(project: Scratch) -> Scratch:
    use(project, recipe("forward-call"))
    return project


@pytest.fixture
def fixed(project: Scratch) -> Scratch:
    use(project, recipe("forward-call-fix"))
    return project


def tried(project: Scratch, **programs: str) -> Done:
    """Write programs, add them and try to commit."""
    project.write(**programs)
    project.git("add", "--all")
    return project.commit()


def test_commit_of_a_direct_call_is_stopped_though_the_class_is_in_files_that_are_not_committed(
    checked: Scratch,
) -> None:
    done = tried(checked, train=TRAIN)
    assert done.status == 1
    assert FOUND in done.out
    assert checked.text("train.py") == TRAIN
    assert checked.git("log", "--format=%s", "-1") == "Run hooks\n"


def test_commit_without_a_direct_call_passes(checked: Scratch) -> None:
    done = tried(checked, train=FIXED)
    assert done.status == 0
    assert len(PASSED.findall(done.out)) == 1


def test_calls_are_fixed_and_the_commit_passes_at_the_second_try(fixed: Scratch) -> None:
    first = tried(fixed, train=TRAIN)
    assert first.status == 1
    assert "files were modified by this hook" in first.out
    assert "train.py:4:15: encoder.forward(...) -> encoder(...)" in first.out
    assert fixed.text("train.py") == FIXED
    assert fixed.staged("train.py") == TRAIN
    second = tried(fixed)
    assert second.status == 0
    assert fixed.git("show", "HEAD:train.py") == FIXED


def test_call_that_cannot_be_fixed_stops_the_commit_each_time(fixed: Scratch) -> None:
    broken = "def f(:  # encoder.forward(1)\n"
    for _ in range(2):
        done = tried(fixed, broken=broken)
        assert done.status == 1
        assert "broken.py:1:7: FWD900" in done.out
    assert fixed.text("broken.py") == broken


def test_file_without_a_mention_is_not_parsed_though_it_is_named(checked: Scratch) -> None:
    assert tried(checked, broken="def f(:\n").status == 0


@pytest.mark.parametrize("folder", [False, True])
def test_finding_in_an_untouched_file_passes_unless_a_folder_is_checked(project: Scratch, folder: bool) -> None:
    plain = "class Late:\n    def forward(self, x):\n        return x\n"
    project.write(late=plain, train="from late import Late\n\nprint(Late().forward(1))\n")
    project.git("add", "--all")
    use(project, recipe("forward-call", folder=folder))
    done = tried(project, late=f"from torch import nn\n\n\n{plain.replace('Late', 'Late(nn.Module)')}")
    assert done.status == int(folder)
    assert ("train.py:3:14: FWD001 Late().forward(...)" in done.out) is folder


def test_class_in_an_untouched_file_that_forbids_the_rewrite_is_seen(fixed: Scratch) -> None:
    odd = "from net.encoder import Encoder\n\n\nclass Odd(Encoder):\n    def __call__(self, x):\n        return 2 * x\n"
    fixed.write(net__odd=odd)
    fixed.git("add", "--all")
    fixed.git("commit", "--quiet", "--no-verify", "--message", "Another meaning")
    program = "from net.encoder import Encoder\n\n\ndef run(encoder: Encoder):\n    return encoder.forward(1)\n"
    assert tried(fixed, run=program).status == 0
    assert fixed.text("run.py") == program


def test_nothing_is_installed_where_the_hook_runs_but_what_it_needs(checked: Scratch) -> None:
    assert tried(checked, train=TRAIN).status == 1
    home = Path(checked.environment["PRE_COMMIT_HOME"])
    names = {path.name for path in home.glob("*/py_env-*/lib/python*/site-packages/*")}
    assert {"libcst", "flake8_forward_call"} <= names
    assert "torch" not in names


def test_packages_in_the_environment_of_the_project_are_read(checked: Scratch) -> None:
    site = checked.folder / ".venv/lib/python3.13/site-packages/bricks"
    site.mkdir(parents=True)
    (site / "__init__.py").write_text("from torch import nn\n\n\nclass Brick(nn.Module):\n    pass\n")
    (checked.folder / ".venv/pyvenv.cfg").write_text("version = 3.13.1\n")
    (checked.folder / ".gitignore").write_text("/.venv/\n")
    done = tried(checked, train="from bricks import Brick\n\nBrick().forward(1)\n")
    assert done.status == 1
    assert "train.py:3:9: FWD001" in done.out


def test_what_is_excluded_is_left_alone_though_it_is_named(fixed: Scratch) -> None:
    (fixed.folder / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendor/"]\n')
    done = tried(fixed, vendor__train=TRAIN)
    assert done.status == 0
    assert len(PASSED.findall(done.out)) == 1
    assert fixed.text("vendor/train.py") == TRAIN


def test_arguments_of_the_user_do_not_include_what_is_excluded(project: Scratch) -> None:
    text = recipe("forward-call-fix").replace("id: forward-call-fix", "id: forward-call-fix\n        args: [--diff]")
    use(project, text)
    (project.folder / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendor/"]\n')
    done = tried(project, vendor__train=TRAIN, train=TRAIN)
    assert done.status == 1
    assert "\n+++ b/train.py\n" in done.out
    assert "vendor" not in done.out


def test_code_in_a_document_is_fixed_if_its_type_and_the_option_are_named(project: Scratch) -> None:
    path, block = project.folder / "README.md", "# Training\n\n```python\n{}```\n"
    path.write_text(block.format(TRAIN))
    use(project, recipe("forward-call-fix"))
    assert tried(project).status == 0
    use(project, recipe("forward-call-fix", args=True))
    path.write_text("Rewritten.\n\n" + block.format(TRAIN))
    assert tried(project).status == 1
    assert path.read_text() == "Rewritten.\n\n" + block.format(FIXED)
    assert tried(project).status == 0


def test_notebook_is_fixed(fixed: Scratch) -> None:
    path = fixed.folder / "a notebook für alle.ipynb"
    path.write_text(notebook("%time 1", TRAIN), encoding="utf-8")
    assert tried(fixed).status == 1
    assert path.read_text(encoding="utf-8") == notebook("%time 1", FIXED)
    assert tried(fixed).status == 0


def test_stub_is_not_looked_at(checked: Scratch) -> None:
    (checked.folder / "train.pyi").write_text(TRAIN)
    done = tried(checked)
    assert done.status == 0
    assert "(no files to check)Skipped" in done.out


def test_change_that_is_not_staged_stays_and_is_not_looked_at(fixed: Scratch) -> None:
    away, more = "# No neighbour.\n" * 3, "print(encoder.forward(2))\n"
    fixed.write(train=TRAIN + away)
    fixed.git("add", "train.py")
    fixed.write(train=TRAIN + away + more)
    done = fixed.commit()
    assert done.status == 1
    assert done.out.count("-> encoder(...)") == 1
    assert fixed.text("train.py") == FIXED + away + more
    assert fixed.staged("train.py") == TRAIN + away


@pytest.mark.parametrize("away", [0, 2])
def test_fix_with_a_change_nearby_that_is_not_staged_is_taken_back(fixed: Scratch, away: int) -> None:
    staged = TRAIN + "# A neighbour.\n" * away
    changed = staged + "print(encoder.forward(2))\n"
    fixed.write(train=staged)
    fixed.git("add", "train.py")
    fixed.write(train=changed)
    done = fixed.commit()
    assert done.status == 1
    assert "Stashed changes conflicted with hook auto-fixes" in done.out
    assert fixed.text("train.py") == changed
    assert fixed.staged("train.py") == staged


def test_what_is_staged_decides_what_a_class_is(checked: Scratch) -> None:
    """The two texts are equally long and change places within moments: what is kept of one is not taken for both."""
    module = checked.text("net/base.py")
    other = module.replace("nn.Module", "nn.__name")
    assert len(module) == len(other)
    checked.write(train=TRAIN)
    checked.git("add", "train.py")
    for _ in range(2):
        checked.write(net__base=other)
        assert FOUND in checked.pre_commit("run").out
        checked.git("add", "net/base.py")
        checked.write(net__base=module)
        assert len(PASSED.findall(checked.pre_commit("run").out)) == 1
        checked.git("reset", "--quiet", "net/base.py")


def test_several_processes_report_each_call_once(checked: Scratch) -> None:
    programs = {f"train{number:02}": TRAIN for number in range(40)}
    done = tried(checked, **programs)
    assert done.status == 1
    places = re.findall(r"^(.*?): FWD001", done.out, re.MULTILINE)
    assert sorted(places) == [f"{name}.py:4:15" for name in programs]


def test_many_files_are_fixed_in_one_run(fixed: Scratch) -> None:
    programs = {f"train{number:02}": TRAIN for number in range(40)}
    done = tried(fixed, **programs)
    assert done.status == 1
    assert done.out.count("-> encoder(...)") == 40
    assert {fixed.text(f"{name}.py") for name in programs} == {FIXED}
    assert tried(fixed).status == 0


def test_flake8_of_the_environment_takes_the_plugin_along(project: Scratch) -> None:
    use(project, recipe("flake8"))
    done = tried(project, train=TRAIN)
    assert done.status == 1
    assert FOUND in done.out
    assert tried(project, train=FIXED).status == 0


def test_only_lines_of_the_commit_count(project: Scratch) -> None:
    """The recipe for a project that has findings already."""
    project.write(train=TRAIN)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "An old call")
    use(project, recipe("forward-call", args=True))
    assert tried(project, train=TRAIN + "print(2)\n").status == 0
    done = tried(project, train=TRAIN + "print(2)\nencoder.forward(3)\n")
    assert done.status == 1
    assert re.findall(r"^train.py:\d+", done.out, re.MULTILINE) == ["train.py:6"]


def test_lines_of_the_commit_are_known_in_a_worktree_and_from_a_folder(project: Scratch) -> None:
    """git tells a hook in its environment where index and repository are, in other words each time."""
    project.write(train=TRAIN)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "An old call")
    use(project, recipe("forward-call", args=True))
    project.git("worktree", "add", "--quiet", "../other")
    other = Scratch(project.folder.with_name("other"), project.environment)
    for new, status in (("print(2)\n", 0), ("encoder.forward(3)\n", 1)):
        other.write(train=TRAIN + "\n" + new)
        below = Scratch(other.folder / "net", other.environment)
        done = below.run("git", "commit", "--quiet", "--all", "--message", "A change")
        assert (done.status, re.findall(r"^train.py:\d+", done.out, re.MULTILINE)) == (status, ["train.py:6"] * status)


def test_baseline_leaves_out_what_was_there(project: Scratch) -> None:
    """pre-commit names some of the files only: what the baseline knows of others is no matter."""
    project.write(train=TRAIN, other=TRAIN)
    command = Path(sys.executable).with_name("forward-call")
    assert project.run(str(command), "check", "--write-baseline", ".forward-call.json", ".").status == 0
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "Old calls")
    use(project, recipe("forward-call", args=True).replace("--diff-base, HEAD", "--baseline, .forward-call.json"))
    assert tried(project, train="# Moved.\n" + TRAIN).status == 0
    done = tried(project, train=TRAIN + "\n\ndef more():\n    encoder.forward(2)\n")
    assert done.status == 1
    assert "train.py:8:13: FWD001" in done.out
    assert "other.py" not in done.out
