"""``pytest --forward-call``: off means off, and workers, crashes and exit statuses are accounted for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from observed_runs import calls_in, record_in, start, write

PLUGIN = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "flake8_forward_call.pytest_plugin")

NET = """\
from torch import nn


def log(module, args):
    pass


def run(net):
    return net.forward(1)


class Robot:
    def forward(self, x):
        return x
"""

TESTS = """\
import net, pytest
from torch import nn


@pytest.mark.parametrize("number", range(4))
def test_direct(number):
    assert net.run(nn.Linear()) == 1


def test_call():
    assert nn.Linear()(1) == 1


def test_other():
    assert net.Robot().forward(1) == 1
"""


def project_in(root: Path, tests: str = TESTS, **more: str) -> None:
    write(root, {"net.py": NET, "test_net.py": tests, **more})


def arguments(*more: str) -> tuple[str, ...]:
    # The entry point loads the plugin in an installation, the option -p in a source tree.
    return (*PLUGIN, *more)


def test_without_the_option_nothing_is_imported_and_nothing_changes(tmp_path: Path) -> None:
    project_in(
        tmp_path,
        "import builtins, sys\n\n\ndef test_it():\n"
        "    ours = [name for name in sys.modules if name.startswith('flake8_forward_call')]\n"
        "    assert ours == ['flake8_forward_call', 'flake8_forward_call.pytest_plugin']\n"
        "    assert not [name for name in sys.modules if name.partition('.')[0] in ('torch', 'libcst', 'bytecode')]\n"
        "    assert not [name for name in vars(builtins) if 'forward' in name]\n",
    )
    done = start(tmp_path, *arguments())
    assert done.returncode == 0, done.stdout
    assert "forward" not in done.stdout
    assert not (tmp_path / "forward-call-observed.json").exists()


def test_with_the_option_torch_is_imported_by_the_tests_only(tmp_path: Path) -> None:
    project_in(tmp_path, "import sys\n\n\ndef test_it():\n    assert 'torch' not in sys.modules\n")
    done = start(tmp_path, *arguments("--forward-call"))
    assert done.returncode == 0, done.stdout
    assert "torch was not imported, so there was nothing to observe" in done.stdout


def test_tests_are_named_and_a_summary_is_printed(tmp_path: Path) -> None:
    project_in(tmp_path)
    done = start(tmp_path, *arguments("--forward-call"))
    assert done.returncode == 0, done.stdout
    assert "4 direct calls of forward() in 1 place; no hooks were skipped" in done.stdout
    assert "net.py:9:16: 4 direct calls of forward() on torch.nn.modules.module.Linear" in done.stdout or (
        sys.version_info < (3, 11)
    )
    direct = next(one for file in record_in(tmp_path)["files"] for one in file["calls"] if one["scope"] == "run")
    assert direct["tests"] == [f"test_net.py::test_direct[{number}]" for number in range(4)]
    other = next(one for file in record_in(tmp_path)["files"] for one in file["calls"] if one["scope"] == "test_other")
    assert other["receivers"] == [{"class": "net.Robot", "module": False, "plain": False, "calls": 1}]


@pytest.mark.slow
def test_workers_of_xdist_are_joined(tmp_path: Path) -> None:
    project_in(tmp_path)
    done = start(tmp_path, *arguments("-n", "2", "--forward-call", "--forward-call-record", "own.json"))
    assert done.returncode == 0, done.stdout
    assert "4 direct calls of forward() in 1 place" in done.stdout
    assert not list(tmp_path.glob("*.parts"))
    (tmp_path / "own.json").rename(tmp_path / "forward-call-observed.json")
    assert "called torch.nn.modules.module.Linear=4" in calls_in(tmp_path).values()
    assert len(record_in(tmp_path)["runs"]) == 2


@pytest.mark.slow
def test_worker_that_crashes_loses_nothing_that_is_new(tmp_path: Path) -> None:
    project_in(tmp_path, TESTS + "\n\ndef test_crash():\n    import os\n    net.run(nn.Linear())\n    os._exit(3)\n")
    done = start(tmp_path, *arguments("-n", "1", "--max-worker-restart", "0", "--forward-call"))
    assert done.returncode == 1, done.stdout
    assert any("torch.nn.modules.module.Linear=" in told for told in calls_in(tmp_path).values()), done.stdout


@pytest.mark.slow
def test_runs_are_joined_on_request_and_replaced_without_it(tmp_path: Path) -> None:
    project_in(tmp_path)
    for options, runs in (((), 1), (("--forward-call-append",), 2), ((), 1)):
        assert start(tmp_path, *arguments("--forward-call", "-k", "direct", *options)).returncode == 0
        assert list(calls_in(tmp_path).values()) == [f"called torch.nn.modules.module.Linear={4 * runs}"]


@pytest.mark.parametrize(
    ("policy", "hook", "status"), [("never", True, 0), ("skipped", True, 1), ("skipped", False, 0), ("any", False, 1)]
)
def test_exit_status_follows_the_policy(tmp_path: Path, policy: str, hook: bool, status: int) -> None:
    setup = "    linear.register_forward_pre_hook(net.log)\n" if hook else ""
    project_in(
        tmp_path,
        f"import net\nfrom torch import nn\n\n\ndef test_it():\n    linear = nn.Linear()\n{setup}    net.run(linear)\n",
    )
    done = start(tmp_path, *arguments("--forward-call", "--forward-call-fail", policy))
    assert done.returncode == status, done.stdout
    assert ("net.log (forward pre-hook)" in done.stdout) is hook


@pytest.mark.parametrize("option", ["--forward-call-record=x", "--forward-call-append", "--forward-call-fail=any"])
def test_options_without_the_first_one_are_refused(tmp_path: Path, option: str) -> None:
    project_in(tmp_path)
    done = start(tmp_path, *arguments(option))
    assert done.returncode == 4
    assert f"{option.partition('=')[0]} has no effect without --forward-call" in done.stderr


def test_failing_tests_fail_as_before(tmp_path: Path) -> None:
    project_in(tmp_path, TESTS + "\n\ndef test_fails():\n    assert net.run(nn.Linear()) == 2\n")
    done = start(tmp_path, *arguments("--forward-call"))
    assert done.returncode == 1
    assert "1 failed, 6 passed" in done.stdout


def test_file_that_is_no_record_is_not_overwritten(tmp_path: Path) -> None:
    project_in(tmp_path, notes="mine")
    done = start(tmp_path, *arguments("--forward-call", "--forward-call-record", "notes"))
    assert done.returncode == 4
    assert "notes cannot be written: it is not JSON" in done.stderr
    assert (tmp_path / "notes").read_text() == "mine"
