"""A class whose ``forward`` is assigned: what comes there may use the method that has the call."""

from __future__ import annotations

import pytest
from inferring import DIFFERENT, PERHAPS, SAME, verdicts

NET = """
class Export:
    def export(self, other):
        {assigned}
class Net(Export, nn.Module):
    def forward(self, x): return x
    def forward_for_export(self, x): return x + 1
    def step_for_export(self, x): return self.step(x)
    def step(self, x):
        return self.forward(x)
"""

READ = {
    "another method": "type(self).forward = type(self).forward_for_export",
    "another method of the instance": "self.forward = self.forward_for_export",
    "what was there before": "old = type(self).forward; type(self).forward = old",
    "one of two": "type(self).forward = type(self).forward if other else type(self).forward_for_export",
}

IN_DOUBT = {
    "a method that uses the one with the call": "type(self).forward = type(self).step_for_export",
    "the method with the call": "self.forward = self.step",
    "what a caller passes": "type(self).forward = other",
    "a method that no class has": "type(self).forward = type(self).nowhere",
    "what is made of itself": "other = wrap(other); self.forward = other",
}


@pytest.mark.parametrize("assigned", READ.values(), ids=READ)
def test_method_that_does_not_use_the_one_with_the_call_is_no_reason_to_doubt(assigned: str) -> None:
    assert verdicts(NET.format(assigned=assigned)) == [SAME]


@pytest.mark.parametrize("assigned", IN_DOUBT.values(), ids=IN_DOUBT)
def test_what_may_use_the_method_with_the_call_makes_the_fix_unsafe(assigned: str) -> None:
    assert verdicts(NET.format(assigned=assigned)) == [PERHAPS]


BOUND = """
    import types
    from functools import partial
    from torch import nn

    class Net(nn.Module):
        def forward(self, x):
            return x

    def patch(net: Net, x):
        def step(self: Net, *args):
            if not args:
                return self.forward(x)
            return args
        {bound}
"""


@pytest.mark.parametrize(
    "bound",
    [
        "net.forward = step.__get__(net)",
        "net.forward = step.__get__(net, type(net))",
        "net.forward = types.MethodType(step, net)",
        "net.forward = partial(step, net)",
        "setattr(net, 'forward', types.MethodType(step, net))",
    ],
)
def test_function_that_is_bound_as_forward_runs_inside_it(bound: str) -> None:
    assert verdicts(BOUND.format(bound=bound)) == [DIFFERENT]


def test_function_that_is_called_by_its_name_as_well_may_run_inside_forward() -> None:
    assert verdicts(BOUND.format(bound="net.forward = types.MethodType(step, net); step(net)")) == [PERHAPS]


@pytest.mark.parametrize(
    "bound",
    [
        "net.run = types.MethodType(step, net)",
        "net.forward = types.MethodType(Net.forward, net)",
        "step(net)",
    ],
)
def test_function_that_is_not_bound_as_forward_does_not_run_inside_it(bound: str) -> None:
    assert verdicts(BOUND.format(bound=bound)) == [SAME]
