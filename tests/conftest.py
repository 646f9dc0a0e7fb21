"""What every test starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flake8_forward_call.cache import VARIABLE
from flake8_forward_call.inference.environment import CHOICE, Choice


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's cache; those of the cache have a folder of their own."""
    monkeypatch.setenv(VARIABLE, "")


@pytest.fixture(autouse=True)
def _nothing_is_installed() -> Iterator[None]:
    """What is installed beside the tests is nothing to them."""
    before = CHOICE.set(Choice(nothing=True))
    yield
    CHOICE.reset(before)
