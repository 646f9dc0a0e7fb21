"""Which value wins if several fixtures or marks provide a name: pytest decides it for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

from flake8_forward_call.inference.classes.hierarchy import Hierarchy

HEAD = "import pytest\nfrom torch import nn\nfrom net import Net, Robot\n"

FIXTURE = "@pytest.fixture\ndef net(): return Net()\n"

MARKS = {
    "that are not indirect": ('@pytest.mark.parametrize("net", [Robot()], indirect=False)', ""),
    "that are indirect for nothing": ('@pytest.mark.parametrize("net", [Robot()], indirect=[])', ""),
    "that are indirect for another name": (
        '@pytest.mark.parametrize("net, x", [(Robot(), 1)], indirect=["x"])',
        "",
    ),
    "that may be indirect": (
        'FLAG = bool(input())\n@pytest.mark.parametrize("net", [Net()], indirect=FLAG)',
        "FWD001 unsafe",
    ),
    "in a variable": ('robots = pytest.mark.parametrize("net", [Robot()])\n@robots', ""),
    "in a variable, of modules": ('nets = pytest.mark.parametrize("net", [nn.ReLU()])\n@nets', "FWD001"),
    "in a variable of another file": ("from marks import robots\n@robots", ""),
    "in a variable of another file, by its module": ("import marks\n@marks.robots", ""),
    "in a list": ('pytestmark = [pytest.mark.slow, pytest.mark.parametrize("net", [Robot()])]', ""),
    "in a list of variables": ("from marks import robots\npytestmark = [robots]", ""),
    "that is imported for the file": ("from marks import robots\npytestmark = robots", ""),
    "that a function gives": ("from marks import over_robots\n@over_robots()", ""),
    "that a function applies": ("from marks import with_robots\n@with_robots", ""),
    "that a function applies to any name": ("from marks import over\n@over(1)", "FWD001 unsafe"),
    "for another name": ('numbers = pytest.mark.parametrize("x", [1])\n@numbers', "FWD001"),
    "of another kind": ("@pytest.mark.slow\n@pytest.mark.skipif(True, reason='')", "FWD001"),
    "that are added later": (
        'CASES = [pytest.param(Net())]\nCASES.append(pytest.param(Robot()))\n@pytest.mark.parametrize("net", CASES)',
        "",
    ),
    "of hypothesis": ("from hypothesis import given, strategies\n@given(net=strategies.none())", "FWD001 unsafe"),
    "that every function may get": (
        'def pytest_generate_tests(metafunc): metafunc.parametrize("net", [Robot()])',
        "",
    ),
    "that every function may get, for another name": (
        'def pytest_generate_tests(metafunc): metafunc.parametrize("x", [Robot()])',
        "FWD001",
    ),
    "that every function may get, of unknown names": (
        "def pytest_generate_tests(metafunc): metafunc.parametrize(metafunc.fixturenames[0], [1])",
        "FWD001 unsafe",
    ),
    "of mock, which passes what is no fixture": (
        "from unittest import mock\n@mock.patch('net.Net')",
        "",
    ),
    "of mock, for an attribute": ("import net as nets\nfrom unittest import mock\n@mock.patch.object(nets, 'Net')", ""),
    "of mock, with a value": ("from unittest import mock\n@mock.patch('net.Net', new=1)", "FWD001"),
    "that lead to each other": ("first = [second]\nsecond = [first]\npytestmark = [first]", "FWD001 unsafe"),
    "without anything": ("@pytest.mark.parametrize()", "FWD001 unsafe"),
    "that are added as a list": (
        'CASES = [pytest.param(Net())]\nCASES.extend([Robot()])\n@pytest.mark.parametrize("net", CASES)',
        "",
    ),
    "that are added by an operator": (
        'CASES = [pytest.param(Net())]\nCASES += [Robot()]\n@pytest.mark.parametrize("net", CASES)',
        "",
    ),
    "that are put in between": (
        'CASES = [pytest.param(Net())]\nCASES.insert(0, Robot())\n@pytest.mark.parametrize("net", CASES)',
        "FWD001 unsafe",
    ),
    "of mock, which passes nothing": ("from unittest import mock\n@mock.patch('net.Net', 1)", "FWD001"),
}

MADE_MARKS = """
# --- marks.py
import pytest
from net import Robot
robots = pytest.mark.parametrize("net", [Robot()])
def over_robots(): return pytest.mark.parametrize("net", [Robot()])
def with_robots(test): return pytest.mark.parametrize("net", [Robot()])(test)
def over(values): return pytest.mark.parametrize(values, [values])
"""


@pytest.mark.parametrize(("mark", "expected"), MARKS.values(), ids=MARKS.keys())
def test_marks_replace_the_fixture_of_that_name(tmp_path: Path, mark: str, expected: str) -> None:
    call = f"    net.forward(1){expected and f'  # {expected}'}\n"
    hold(tmp_path, f"{NET}{MADE_MARKS}# --- test_it.py\n{HEAD}{FIXTURE}\n{mark}\ndef test_it(net):\n{call}")


PROJECTS = {
    "fixture that a test's subclass overrides": """
# --- test_it.py
class TestNet:
    @pytest.fixture
    def net(self): return Net()
    def test(self, net): net.forward(1)
    @pytest.fixture
    def other(self): return Net()
    def test_other(self, other): other.forward(1)  # FWD001
class TestRobot(TestNet):
    @pytest.fixture
    def net(self): return Robot()
    @pytest.fixture
    def other(self): return nn.ReLU()
""",
    "fixture that a subclass in another file overrides": """
# --- base.py
class Base:
    @pytest.fixture
    def net(self): return Net()
    def test(self, net): net.forward(1)
    def test_again(self, net): net.forward(1)  # FWD001
# --- test_it.py
from base import Base
class TestRobot(Base):
    @pytest.fixture
    def net(self): return Robot()
    def test_again(self, net): pass
""",
    "fixture that only the subclasses have": """
# --- base.py
class Base:
    def test(self, net): net.forward(1)  # FWD001
class Mixed:
    def test(self, net): net.forward(1)
# --- test_it.py
from base import Base, Mixed
class TestNet(Base):
    @pytest.fixture
    def net(self): return Net()
class TestMixed(Mixed):
    @pytest.fixture
    def net(self): return Net()
# --- test_other.py
from base import Mixed
@pytest.fixture
def net(): return Robot()
class TestRobot(Mixed): pass
""",
    "test that another file imports": """
# --- base.py
class TestNet:
    def test(self, net): net.forward(1)
def test_alone(net): net.forward(1)
def test_here(net): net.forward(1)  # FWD001
@pytest.fixture
def net(): return Net()
# --- test_it.py
from base import TestNet, test_alone
@pytest.fixture
def net(): return Robot()
""",
    "mark of a base class": """
# --- test_it.py
@pytest.fixture
def net(): return Net()
@pytest.mark.parametrize("net", [Robot()])
class Base: pass
class TestNet(Base):
    def test(self, net): net.forward(1)
class Marked:
    pytestmark = [pytest.mark.parametrize("net", [Robot()])]
class TestMarked(Marked):
    def test(self, net): net.forward(1)
class TestPlain:
    def test(self, net): net.forward(1)  # FWD001
""",
    "mark of a subclass": """
# --- test_it.py
@pytest.fixture
def net(): return Net()
class TestNet:
    def test(self, net): net.forward(1)
@pytest.mark.parametrize("net", [Robot()])
class TestRobot(TestNet): pass
""",
    "fixture that takes what is overridden below": """
# --- conftest.py
@pytest.fixture
def base(): return Net()
@pytest.fixture
def net(base):
    base.forward(1)
    return base
@pytest.fixture
def other(base): return Net()
# --- test_it.py
def test(net, other):
    net.forward(1)  # FWD001
    other.forward(1)  # FWD001
# --- below/conftest.py
@pytest.fixture
def base(): return Robot()
# --- below/test_it.py
def test(net, other):
    net.forward(1)
    other.forward(1)  # FWD001
# --- test_class.py
class TestIt:
    @pytest.fixture
    def base(self): return Robot()
    def test(self, net): net.forward(1)
# --- test_marked.py
@pytest.mark.parametrize("base", [Robot()])
def test(net): net.forward(1)
@pytest.mark.parametrize("base", [nn.ReLU()])
def test_relu(net): net.forward(1)  # FWD001
""",
    "part of what is overridden below": """
# --- conftest.py
class Pair:
    def __init__(self): self.net = Net()
@pytest.fixture
def pair(): return Pair()
@pytest.fixture
def net(pair): return pair.net
# --- test_it.py
def test(net): net.forward(1)  # FWD001 unsafe
# --- below/conftest.py
import far
@pytest.fixture
def pair(): return far.pair()
# --- below/test_it.py
def test(net): net.forward(1)  # FWD001 unsafe
""",
    "fixtures of unrelated files": """
# --- test_it.py
@pytest.fixture
def base(): return Net()
@pytest.fixture
def net(base):
    base.forward(1)  # FWD001
    return base.eval()
def test(net): net.forward(1)  # FWD001
# --- test_other.py
@pytest.fixture
def base(): return Robot()
def test(base): base.forward(1)
""",
    "param of a fixture": """
# --- test_it.py
@pytest.fixture(params=[Net()])
def net(request):
    request.param.forward(1)
    return request.param
def test(net): net.forward(1)  # FWD001
@pytest.mark.parametrize("net", [Robot()], indirect=True)
def test_robot(net): net.forward(1)
@pytest.mark.parametrize("net", [nn.ReLU()], indirect=["net"])
def test_relu(net): net.forward(1)  # FWD001
@pytest.fixture
def given(request): return request.param
@pytest.mark.parametrize("given", [nn.ReLU()], indirect=True)
def test_given(given): given.forward(1)  # FWD001
def test_nothing(given): given.forward(1)
""",
    "fixture that no decorator marks": """
# --- conftest.py
@pytest.fixture
def net(): return Net()
# --- test_it.py
net = pytest.fixture(lambda: Robot())
def test(net): net.forward(1)
# --- test_called.py
def make(): return Robot()
net = pytest.fixture(name="net")(make)
def test(net): net.forward(1)
""",
    "fixture of a base class that hides another": """
# --- test_it.py
@pytest.fixture
def net(): return Robot()
class Base:
    @pytest.fixture
    def net(self): return Net()
class TestNet(Base):
    @pytest.fixture
    def net(self, net): return net
    def test(self, net): net.forward(1)
""",
    "fixture that takes one that takes what is overridden": """
# --- conftest.py
@pytest.fixture
def base(): return Net()
@pytest.fixture
def net(base): return base
@pytest.fixture
def outer(net): return net
# --- test_it.py
def test(outer): outer.forward(1)  # FWD001
# --- below/test_it.py
@pytest.fixture
def base(): return Robot()
def test(outer): outer.forward(1)
""",
    "fixtures that take each other by another test": """
# --- conftest.py
@pytest.fixture
def left(right): return right
@pytest.fixture
def right(net): return net
@pytest.fixture
def net(): return Net()
# --- test_it.py
@pytest.fixture
def net(left): return left
def test(left): left.forward(1)
""",
    "fixture of a class that a subclass's own fixture takes": """
# --- base.py
class Base:
    @pytest.fixture
    def part(self): return Net()
    @pytest.fixture
    def net(self, part): return part
    def test(self, net): net.forward(1)
# --- test_it.py
from base import Base
class TestNet(Base): pass
class TestRobot(Base):
    @pytest.fixture
    def part(self): return Robot()
""",
    "asynchronous fixture": """
# --- test_it.py
import pytest_asyncio
@pytest_asyncio.fixture
async def net(): return Net()
async def test(net): net.forward(1)  # FWD001
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS.keys())
def test_nearest_fixture_of_the_test_counts(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + "".join(f"{line}\n{HEAD if line.startswith('# ---') else ''}" for line in text.splitlines()))


def test_many_files_that_may_override(tmp_path: Path) -> None:
    many = "".join(f"# --- tests/test_{i}.py\nimport pytest\ndef test(base): base\n" for i in range(210))
    text = f"""{NET}
# --- conftest.py
{HEAD}
@pytest.fixture
def base(): return Net()
@pytest.fixture
def net(base):
    base.forward(1)  # FWD001 unsafe
    return base
{many}"""
    hold(tmp_path, text)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ('"check, net", [(score, Robot())]', ""),
        ('"check, net", [(score, nn.ReLU())]', "FWD001"),
        ('"check, net", [pytest.param(score, Robot(), id="robot")]', ""),
        ('argnames="check, net", argvalues=[(score, nn.ReLU())]', "FWD001"),
        ('"other, net", [(score, Robot())]', "FWD001 unsafe"),
    ],
)
def test_function_that_a_mark_passes_to_a_test_is_called_there(tmp_path: Path, values: str, expected: str) -> None:
    text = f"""{NET}
# --- test_it.py
{HEAD}
def score(net): net.forward(1){expected and f"  # {expected}"}
def test_plain(): score(Net())
@pytest.mark.parametrize({values})
def test_given(check, net): check(net)
"""
    hold(tmp_path, text)


def test_subclasses_that_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Hierarchy, "knows_all_subclasses", lambda *_: False)
    text = f"""{NET}
# --- test_it.py
{HEAD}
class TestNet:
    @pytest.fixture
    def part(self): return Net()
    @pytest.fixture
    def net(self, part): return part
    def test(self, net, part):
        part.forward(1)  # FWD001 unsafe
        net.forward(1)  # FWD001 unsafe
"""
    hold(tmp_path, text)
