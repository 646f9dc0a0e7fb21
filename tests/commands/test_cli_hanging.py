"""The uses of a receiver's hooks, as each door reports them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import flake8, forward_call

LAYERS = """\
from torch import nn
from torch.nn.utils import weight_norm


def conv(size):
    return weight_norm(nn.Conv1d(size, size, 3))
"""
VOCODER = """\
from torch import nn
from layers import conv


class Vocoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = conv(8)

    def forward(self, x):
        return self.conv.forward(x)
"""
HANGING = "`weight_norm` (layers.py:6) recomputes the weight in a forward pre-hook"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "layers.py").write_text(LAYERS)
    (tmp_path / "vocoder.py").write_text(VOCODER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_both_doors_name_it_in_the_message(project: Path) -> None:
    message = (
        f"vocoder.py:11:26: FWD001 self.conv.forward(...) skips Module.__call__, so hooks do not run: {HANGING}, "
        "which this call skips; call self.conv(...)"
    )
    assert forward_call("check", "vocoder.py").lines == [message]
    assert flake8("vocoder.py", cwd=project).lines == [message]


def test_the_place_in_the_message_is_named_from_where_one_stands(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = HANGING.replace("layers.py", f"{project.name}/layers.py")
    monkeypatch.chdir(project.parent)
    for path in (project.name, str(project)):
        assert named in forward_call("check", path).out
        for output_format in ("json", "sarif", "gitlab", "github"):
            assert named in forward_call("check", "--output-format", output_format, path).out
    assert f"{project.name}/layers.py:6: " in forward_call("explain", f"{project.name}/vocoder.py:11:26").out


@pytest.mark.parametrize("elsewhere", ["elsewhere", "/"])
def test_the_place_in_the_message_is_short_where_one_stands_elsewhere(
    project: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str
) -> None:
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    assert HANGING in forward_call("check", str(project / "vocoder.py")).out
    assert f"{project / 'layers.py'}:6: " in forward_call("explain", f"{project / 'vocoder.py'}:11:26").out


def test_fix_says_that_it_is_brought_back() -> None:
    assert forward_call("fix").lines[0] == (
        f"./vocoder.py:11:26: self.conv.forward(...) -> self.conv(...) (brings back: {HANGING})"
    )


def test_the_summary_for_a_pull_request_says_it_at_the_call() -> None:
    told = f"this brings back: `` {HANGING} ``"
    assert told in forward_call("fix", "--summary", "markdown").out


def test_explain_shows_it_as_the_last_step() -> None:
    lines = forward_call("explain", "vocoder.py:11:26").lines
    assert [line.strip() for line in lines if "recomputes" in line][-1].endswith(
        "layers.py:6: `weight_norm` recomputes the weight in a forward pre-hook"
    )


def test_a_checkpointed_block_whose_forward_is_handed_on_has_it_in_its_message() -> None:
    text = VOCODER.replace("from layers", "from torch.utils.checkpoint import checkpoint\nfrom layers")
    Path("vocoder.py").write_text(text.replace("self.conv.forward(x)", "checkpoint(self.conv.forward, x)"))
    assert forward_call("check", "--select", "FWD004").lines == [
        "./vocoder.py:12:37: FWD004 checkpoint calls self.conv.forward, bypassing Module.__call__, "
        f"so hooks do not run: {HANGING}, which this call skips; pass self.conv"
    ]
