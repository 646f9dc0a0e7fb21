"""``check --add-noqa=REASON``: the reason is after the codes, and changes nothing about what is silenced."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call

from flake8_forward_call.noqa.reasons import hindrance_of_reason

CALL = "self.stem.forward(x)"


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with one finding."""
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(PROGRAM)
    return Path("net.py")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "  # noqa: FWD001 see #12"),
        ("  # why", "  # why  # noqa: FWD001 see #12"),
        ("  # noqa: E501", "  # noqa: E501,FWD001 see #12"),
        ("  # noqa: E501  ", "  # noqa: E501,FWD001 see #12  "),
        ("  # noqa: E501 a URL", "  # noqa: E501,FWD001 a URL"),
        ("  # noqa: W291", "  # noqa: FWD001,W291 see #12"),
    ],
)
def test_the_reason_follows_the_codes_unless_there_are_words(net: Path, before: str, after: str) -> None:
    net.write_text(PROGRAM.replace(CALL, f"{CALL}{before}"))
    done = forward_call("check", "--add-noqa= see #12", "net.py")
    assert (done.status, done.out) == (0, "Silenced 1 finding in 1 file; no findings remain.\n")
    assert net.read_text() == PROGRAM.replace(CALL, f"{CALL}{after}")
    assert forward_call("check", "--report-unused-noqa", "net.py").status == 0


def test_without_a_reason_the_next_argument_is_a_path(net: Path) -> None:
    other = Path("other.py")
    other.write_text(PROGRAM)
    assert forward_call("check", "--add-noqa", "net.py").status == 0
    assert net.read_text() == PROGRAM.replace(CALL, f"{CALL}  # noqa: FWD001")
    assert other.read_text() == PROGRAM
    assert forward_call("check", "--add-noqa", "--quiet", "--", "other.py").status == 0
    assert "# noqa" in other.read_text()


def test_the_name_of_the_option_after_the_dashes_is_a_path() -> None:
    assert "--add-noqa: no such file or directory" in forward_call("check", "--", "--add-noqa").err


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("E501 is too long", "starts with what flake8 takes for a code"),
        (", FWD005", "starts with what flake8 takes for a code"),
        ("fwd005", "starts with what flake8 takes for a code"),
        ("a\nb", "has characters that are invisible or end a line"),
        ("a\u202eb", "has characters that are invisible or end a line"),
        ("see # noqa: E501", "contains a noqa comment"),
        ("x" * 201, "is longer than 200 characters"),
    ],
)
def test_what_would_be_no_reason_is_refused(net: Path, reason: str, told: str) -> None:
    done = forward_call("check", f"--add-noqa={reason}", "net.py")
    assert (done.status, done.out) == (2, "")
    assert f"the reason {told}" in done.err
    assert net.read_text() == PROGRAM


@pytest.mark.parametrize("reason", ["", "on purpose", "GH-123: see docs", "(legacy)", "because of E501", "数字"])
def test_words_are_reasons(reason: str) -> None:
    assert hindrance_of_reason(reason) is None


@pytest.mark.parametrize("other", ["--watch", "--statistics", "--show-files", "--report-unused-noqa"])
@pytest.mark.parametrize("option", ["--add-noqa", "--add-noqa=why"])
def test_options_that_conflict_do_so_with_a_reason_and_without(option: str, other: str, net: Path) -> None:
    done = forward_call("check", option, other, "net.py")
    assert (done.status, done.out) == (2, "")
    assert "cannot be used with" in done.err


def test_help_shows_how_a_reason_is_given() -> None:
    assert "--add-noqa[=REASON]" in forward_call("check", "--help").out
