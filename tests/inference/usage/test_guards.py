"""What a constructor checks holds in the other methods, as long as nothing changes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

HEAD = """
# --- use.py
from torch import nn
from elsewhere import load
from net import Net, Odd, Robot

"""

# A constructor and a method in which `{use}` is the receiver.
HELD = {
    "attribute": (
        "self.head = head\n        if not isinstance(self.head, Net): raise TypeError",
        "self.head",
    ),
    "assertion behind": ("self.head = head\n        assert isinstance(self.head, Net), head", "self.head"),
    "elements": (
        "self.heads = heads\n        for one in heads:\n            assert isinstance(one, Net)",
        "self.heads[0]",
    ),
    "elements of the attribute": (
        "self.heads = list(heads)\n        for i, one in enumerate(self.heads):\n"
        "            if not isinstance(one, Net):\n                raise TypeError(i)",
        "self.heads[0]",
    ),
    "attribute of elements": (
        "if not all(isinstance(one.net, Net) for one in heads):\n            raise ValueError\n"
        "        self.heads = nn.ModuleList(heads)",
        "self.heads[x].net",
    ),
    "none of them is another": (
        "if any(not isinstance(one.net, Net) for one in heads): raise ValueError\n        self.heads = tuple(heads)",
        "self.heads[-1].net",
    ),
    "several tests": (
        "if not hasattr(head, 'net') or not isinstance(head.net, Net): raise ValueError\n        self.head = head",
        "self.head.net",
    ),
    "values of a dict": (
        "for key, one in heads.items():\n            if not isinstance(one.net, Net): raise ValueError(key)\n"
        "        self.heads = nn.ModuleDict(heads)",
        "self.heads[x].net",
    ),
}


def program(constructor: str, use: str, mark: str) -> str:
    return f"""{HEAD}
class Holder:
    def __init__(self, head, heads):
        {constructor}

    def use(self, x):
        net = {use}
        return net.forward(x){mark}
"""


@pytest.mark.parametrize(("constructor", "use"), HELD.values(), ids=HELD.keys())
def test_a_check_that_raises_holds_in_other_methods(tmp_path: Path, constructor: str, use: str) -> None:
    hold(tmp_path / "net", NET + program(constructor, use, "  # FWD001"))
    hold(tmp_path / "odd", NET + program(constructor.replace("Net)", "Odd)"), use, "  # FWD002"))
    hold(tmp_path / "robot", NET + program(constructor.replace("Net)", "Robot)"), use, ""))


@pytest.mark.parametrize(
    ("constructor", "use"),
    [
        ("if isinstance(head.net, Net): print(head)\n        self.head = head", "self.head.net"),
        ("if head: assert isinstance(head.net, Net)\n        self.head = head", "self.head.net"),
        ("self.head = head\n        if not x: return\n        assert isinstance(head.net, Net)", "self.head.net"),
        (
            "self.heads = heads\n        for one in heads:\n            if one.late: continue\n"
            "            assert isinstance(one.net, Net)",
            "self.heads[0].net",
        ),
        ("self.heads = heads\n        assert any(isinstance(one.net, Net) for one in heads)", "self.heads[0].net"),
        ("self.heads = heads\n        assert all(isinstance(one.net, Net) for one in heads if x)", "self.heads[0].net"),
        ("self.heads = heads\n        for one in heads: assert isinstance(one.net, Net)", "self.heads[0].other"),
        ("self.heads = [*heads, head]\n        for one in heads: assert isinstance(one.net, Net)", "self.heads[0].net"),
        ("for one in heads: assert isinstance(one.net, Net)\n        heads = load()\n        self.heads = heads",
         "self.heads[0].net"),
        ("assert isinstance(head.net, Net) or x\n        self.head = head", "self.head.net"),
        ("assert not isinstance(head.net, Net)\n        self.head = head", "self.head.net"),
    ],
)  # fmt: skip
def test_a_check_that_need_not_hold_says_nothing(tmp_path: Path, constructor: str, use: str) -> None:
    hold(tmp_path, NET + program(constructor, use, ""))


@pytest.mark.parametrize(
    "method",
    [
        "def set(self, heads): self.heads = heads",
        "def add(self, one): self.heads.append(one)",
        "def put(self, one): self.heads[0] = one",
        "def more(self, heads): self.heads += heads",
    ],
)
def test_a_check_does_not_hold_for_what_is_set_later(tmp_path: Path, method: str) -> None:
    constructor = "self.heads = heads\n        for one in heads: assert isinstance(one.net, Net)"
    hold(tmp_path, f"{NET}{program(constructor, 'self.heads[0].net', '')}\n    {method}\n")


FLAG = """
class Holder:
    def __init__(self, head, heads):
        self.head, self.heads = head, heads
        self.heads = heads
        {flag}

    def is_set(self):
        return self.known

    @property
    def ready(self):
        return self.known

    def use(self, x):
        {use}
"""
FLAGS = [
    "self.known = all(isinstance(one.net, Net) for one in heads)",
    "self.known: bool = False\n        if all(isinstance(one.net, Net) for one in heads): self.known = True",
    "self.known = len(heads) > 0 and all(isinstance(one.net, Net) for one in self.heads)",
]


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize(
    "use",
    [
        "if self.known: return self.heads[0].net.forward(x)",
        "for one in self.heads:\n            if x and self.is_set(): return one.net.forward(x)",
        "return self.heads[0].net.forward(x) if self.ready else None",
        "if not self.known: return None\n        return [one.net.forward(x) for one in self.heads]",
        "return self.ready and self.heads[0].net.forward(x)",
    ],
)
def test_a_flag_is_only_true_if_its_check_held(tmp_path: Path, flag: str, use: str) -> None:
    text = FLAG.replace("self.head, self.heads = head, heads", "self.head = head")
    hold(tmp_path, f"{NET}{HEAD}{text.format(flag=flag, use=use)}".rstrip() + "  # FWD001\n")


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize(
    "use",
    [
        "return self.heads[0].net.forward(x)",
        "if self.known: return None\n        return self.heads[0].net.forward(x)",
        "if self.known or x: return self.heads[0].net.forward(x)",
        "if not self.is_set(): return self.heads[0].net.forward(x)",
        "if self.heads[0].known: return self.heads[0].net.forward(x)",
    ],
)
def test_a_flag_says_nothing_where_it_may_be_false(tmp_path: Path, flag: str, use: str) -> None:
    text = FLAG.replace("self.head, self.heads = head, heads", "self.head = head")
    hold(tmp_path, f"{NET}{HEAD}{text.format(flag=flag, use=use)}")


@pytest.mark.parametrize(
    "other",
    [
        "\n    def force(self): self.known = True",
        "\n    known = True",
        "\n    known: bool = load()",
        "\ndef force(holder): holder.known = True",
    ],
)
def test_a_flag_that_is_set_elsewhere_says_nothing(tmp_path: Path, other: str) -> None:
    text = FLAG.replace("self.head, self.heads = head, heads", "self.head = head")
    use = f"if self.known: return self.heads[0].net.forward(x)\n{other}"
    for flag in FLAGS:
        hold(tmp_path, f"{NET}{HEAD}{text.format(flag=flag, use=use)}")


def test_a_flag_may_be_declared_or_off_at_first(tmp_path: Path) -> None:
    text = FLAG.replace("self.head, self.heads = head, heads", "self.head = head")
    for body in ("known = False", "known: bool"):
        use = f"if self.known: return self.heads[0].net.forward(x)  # FWD001\n\n    {body}"
        hold(tmp_path, f"{NET}{HEAD}{text.format(flag=FLAGS[0], use=use)}")


def test_subclasses_rely_on_the_constructor_of_their_base(tmp_path: Path) -> None:
    constructor = "self.heads = heads\n        for one in heads: assert isinstance(one.net, Net)"
    below = "class Below(Holder):\n    def more(self, x): return self.heads[0].net.forward(x)  # FWD001\n"
    hold(tmp_path, f"{NET}{program(constructor, 'x', '')}\n{below}")


def test_a_parameter_that_another_method_does_not_check_outweighs_one_that_was_checked(tmp_path: Path) -> None:
    setter = "def replace(self, head): {check}self.head = head"
    constructor = "assert isinstance(head, Net)\n        self.head = head"
    both = program(constructor, "self.head", "  # FWD001")
    hold(tmp_path / "checked", f"{NET}{both}\n    {setter.format(check='assert isinstance(head, Net); ')}\n")
    one = program(constructor, "self.head", "")
    hold(tmp_path / "unchecked", f"{NET}{one}\n    {setter.format(check='')}\n")
