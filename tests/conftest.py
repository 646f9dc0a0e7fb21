"""The initial state of every test."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from flake8_forward_call import checking
from flake8_forward_call.configuration import files
from flake8_forward_call.configuration.settings import GIVEN, Given
from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.inference.places.environment import CHOICE, Choice
from flake8_forward_call.sources.source import Source

# A shell starts background jobs with signals ignored (SIGINT by `&`, SIGHUP by nohup), and every child process inherits
# that. The tests of interrupts need processes that can be interrupted.
for _name in ("SIGINT", "SIGHUP"):
    _signal = getattr(signal, _name, None)  # Windows has no SIGHUP.
    if _signal is not None and signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL)

# CI uses the same programs each time, so that only a change can change the result. Everyone else gets new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not use the user's cache. Tests of the cache have a separate folder."""
    monkeypatch.setenv(VARIABLE, "")


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings that the user has for all projects have no effect on tests."""
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, os.path.join(os.sep, "no", "such", "folder"))  # noqa: PTH118


@pytest.fixture(autouse=True)
def _nobody_asks_for_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result does not depend on the terminal in which the tests run."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _nothing_is_set() -> Iterator[None]:
    """The options that one test gave do not apply to the next test."""
    before = GIVEN.set(Given())
    files.forget()
    yield
    GIVEN.reset(before)


@pytest.fixture(autouse=True)
def _nothing_is_installed() -> Iterator[None]:
    """The packages installed next to the tests have no effect."""
    before = CHOICE.set(Choice(nothing=True))
    yield
    CHOICE.reset(before)


@pytest.fixture
def every_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and parse also files without `.forward`, to test what is reported if that fails."""
    monkeypatch.setattr(checking, "may_matter_in", lambda *_: True)
    monkeypatch.setattr(Source, "mentions_forward", True)
