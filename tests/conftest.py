"""What every test starts from."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from flake8_forward_call import checking
from flake8_forward_call.configuration import files
from flake8_forward_call.configuration.settings import GIVEN, Given
from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.inference.project.environment import CHOICE, Choice
from flake8_forward_call.sources.source import Source

# CI tries the same programs each time, so that a change is judged by what it changes; everybody else tries new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's cache; those of the cache have a folder of their own."""
    monkeypatch.setenv(VARIABLE, "")


@pytest.fixture(autouse=True)
def _nobody_asks_for_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the tests are run before a terminal is nothing to them either."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _nothing_is_set() -> Iterator[None]:
    """What one test gave for its run does not hold for the next."""
    before = GIVEN.set(Given())
    files.forget()
    yield
    GIVEN.reset(before)


@pytest.fixture(autouse=True)
def _nothing_is_installed() -> Iterator[None]:
    """What is installed beside the tests is nothing to them."""
    before = CHOICE.set(Choice(nothing=True))
    yield
    CHOICE.reset(before)


@pytest.fixture
def every_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read and parsed that have no `.forward`: for tests of what is said of those that cannot be."""
    monkeypatch.setattr(checking, "_may_matter", lambda *_: True)
    monkeypatch.setattr(Source, "mentions_forward", True)
