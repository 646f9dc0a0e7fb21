"""Which hooks a file registers on modules."""

from __future__ import annotations

from textwrap import dedent

import pytest

from flake8_forward_call.inference.hooks.registrations import registrations
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.sources.source import Source

STORES = (
    "self._backward_hooks[1] = hook",
    "self._backward_hooks.update({1: hook})",
    "self._backward_hooks = {1: hook}",
    "self._backward_hooks |= {1: hook}",
)


def registered(base: str, store: str) -> int:
    """The number of hooks that a method of a class registers with this statement."""
    text = f"""
        import torch

        class Mine({base}):
            def register(self, hook):
                {store}
    """
    source = Source("net.py", dedent(text))
    file, asked = session_of(source.path).take(source)
    return len(list(registrations(asked, file)))


@pytest.mark.parametrize("store", STORES)
def test_table_of_a_module_takes_hooks(store: str) -> None:
    assert registered("torch.nn.Module", store) == 1


@pytest.mark.parametrize("store", STORES)
def test_table_of_a_tensor_has_the_same_name_and_takes_no_hooks_of_modules(store: str) -> None:
    assert registered("torch.Tensor", store) == 0


def test_table_of_an_unknown_object_may_be_that_of_a_module() -> None:
    assert registered("load()", STORES[0]) == 1
