"""By which ways a module's own ``forward`` comes to a call of ``self.forward``, whose hooks have then run already."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

WAYS = {
    "a property": ("self.mode", "@property\n    def mode(self): return self.forward(1)"),
    "a name with a written beginning": ("getattr(self, f'_mode_{x}')()", "def _mode_a(self): return self.forward(1)"),
    "an alias": ("[me := self, self][0] and self.step()", "def step(self): return self.forward(1)"),
    "an item": ("self[0]", "def __getitem__(self, i): return self.forward(i)"),
}

OWN = """
# --- own.py
from torch import nn
class Own(nn.Module):
    def forward(self, x): return {way} if x else x
    {method}{mark}
"""


@pytest.mark.parametrize(("way", "method"), WAYS.values(), ids=WAYS)
def test_a_call_that_forward_comes_to_is_not_safe(tmp_path: Path, way: str, method: str) -> None:
    mark = "  # FWD001 unsafe" if "__getitem__" in method or "property" in method else "  # FWD002"
    hold(tmp_path, OWN.format(way=way, method=method, mark=mark))


def test_a_name_of_which_nothing_is_known_leads_nowhere(tmp_path: Path) -> None:
    method = "def extra_repr(self): return self.forward(1)"
    hold(tmp_path, OWN.format(way="getattr(self, x)", method=method, mark="  # FWD001"))


def test_methods_in_a_table_of_the_instance_are_followed(tmp_path: Path) -> None:
    method = (
        "def __init__(self):\n        super().__init__()\n        self.steps = {'a': self._a}\n"
        "    def _a(self): return self.forward(1)"
    )
    hold(tmp_path, OWN.format(way="self.steps['a']()", method=method, mark="  # FWD001 unsafe"))
