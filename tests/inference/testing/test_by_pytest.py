"""What pytest passes to tests and fixtures: fixtures of the file and of conftest.py, and parametrize."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

HEAD = "import pytest\nfrom torch import nn\nfrom net import Net, Robot\n"

CONFTEST = {
    "conftest.py beside it": """
# --- conftest.py
@pytest.fixture
def net(): return Net()
# --- test_it.py
def test(net): net.forward(1)  # FWD001
""",
    "conftest.py above it": """
# --- conftest.py
@pytest.fixture(scope="session")
def net(): yield Net()
# --- tests/deep/test_it.py
class TestNet:
    def test(self, net): net.forward(1)  # FWD001
""",
    "nearest conftest.py": """
# --- conftest.py
@pytest.fixture
def net(): return Net()
# --- tests/conftest.py
@pytest.fixture
def net(): return Robot()
# --- tests/test_it.py
def test(net): net.forward(1)
# --- test_it.py
def test(net): net.forward(1)  # FWD001
""",
    "file before conftest.py": """
# --- conftest.py
@pytest.fixture
def net(): return Robot()
# --- test_it.py
@pytest.fixture
def net(): return Net()
def test(net): net.forward(1)  # FWD001
class TestRobot:
    @pytest.fixture
    def net(self): return Robot()
    def test(self, net): net.forward(1)
""",
    "fixture that takes the one that it hides": """
# --- conftest.py
@pytest.fixture
def net(): return Net()
# --- test_it.py
@pytest.fixture
def net(net): return net.eval()
def test(net): net.forward(1)  # FWD001
""",
    "fixtures that take each other": """
# --- test_it.py
@pytest.fixture
def left(right): return right
@pytest.fixture
def right(left): return left
def test(left, right): left.forward(right)
""",
    "fixture that is defined twice": """
# --- test_it.py
@pytest.fixture
def net(): return Net()
@pytest.fixture
def net(): return Robot()
def test(net): net.forward(1)
""",
    "fixture under another name": """
# --- conftest.py
@pytest.fixture(name="net")
def make_net(): return Net()
@pytest.fixture(name="other")
def net(): return Robot()
# --- test_it.py
def test(net): net.forward(1)  # FWD001
""",
    "fixture that is imported": """
# --- fixtures.py
@pytest.fixture
def net(): return Net()
# --- test_it.py
from fixtures import net
def test(net): net.forward(1)  # FWD001
""",
    "fixture of a base class": """
# --- base.py
class Base:
    @pytest.fixture
    def net(self): return Net()
# --- test_it.py
from base import Base
class TestNet(Base):
    def test(self, net): net.forward(1)  # FWD001
""",
    "fixture with params": """
# --- test_it.py
@pytest.fixture(params=[nn.ReLU(), pytest.param(Net(), id="net")])
def net(request): return request.param
@pytest.fixture(params=[nn.ReLU, nn.Tanh])
def made(request): return request.param()
@pytest.fixture(params=[nn.ReLU(), Robot()])
def both(request): return request.param
def test(net, made, both):
    net.forward(1)  # FWD001
    made.forward(1)  # FWD001
    both.forward(1)
""",
    "no test and no fixture": """
# --- conftest.py
@pytest.fixture
def net(): return Net()
# --- test_it.py
def check(net): net.forward(1)
def test_default(net=None): net.forward(1)
""",
    "conftest.py of another project": """
# --- conftest.py
@pytest.fixture
def net(): return Net()
# --- other/setup.py
# --- other/test_it.py
def test(net): net.forward(1)
""",
    "conftest.py that does not parse": """
# --- conftest.py
def net(: ...
# --- test_it.py
def test(net): net.forward(1)
""",
}


@pytest.mark.parametrize("text", CONFTEST.values(), ids=CONFTEST.keys())
def test_fixtures(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + "".join(f"{line}\n{HEAD if line.startswith('# ---') else ''}" for line in text.splitlines()))


PARAMETRIZE = {
    "values": ('@pytest.mark.parametrize("net", [Net(), nn.ReLU()])', True),
    "tuple of values": ('@pytest.mark.parametrize("net", (Net(), nn.ReLU()), ids=["a", "b"])', True),
    "several names": ('@pytest.mark.parametrize("net, x", [(Net(), 1), (nn.ReLU(), 2)])', True),
    "list of names": ('@pytest.mark.parametrize(["x", "net"], [(1, Net())])', True),
    "by keyword": ('@pytest.mark.parametrize(argnames="net", argvalues=[Net()])', True),
    "params with ids": ('@pytest.mark.parametrize("net", [pytest.param(Net(), id="net", marks=[])])', True),
    "two marks": ('@pytest.mark.parametrize("x", [1])\n@pytest.mark.parametrize("net", [Net()])', True),
    "comprehension": ('@pytest.mark.parametrize("net", [kind() for kind in (nn.ReLU, nn.Tanh)])', True),
    "two lists": ('@pytest.mark.parametrize("net", [Net()] + [nn.ReLU()])', True),
    "starred list": ('@pytest.mark.parametrize("net", [*[Net()], nn.ReLU()])', True),
    "global list": ('NETS = [Net()]\n@pytest.mark.parametrize("net", NETS)', True),
    "global list of params": ('NETS = [pytest.param(Net())]\n@pytest.mark.parametrize("net", NETS)', True),
    "mark that is imported": ('from pytest import mark\n@mark.parametrize("net", [Net()])', True),
    "for all tests of the file": ('pytestmark = pytest.mark.parametrize("net", [Net()])', True),
    "something else among them": ('@pytest.mark.parametrize("net", [Net(), Robot()])', False),
    "something else in a param": ('@pytest.mark.parametrize("net", [Net(), pytest.param(Robot())])', False),
    "only the class": ('@pytest.mark.parametrize("net", [Net])', False),
    "other name": ('@pytest.mark.parametrize("x", [Net()])', False),
    "to a fixture": ('@pytest.mark.parametrize("net", [Net()], indirect=True)', False),
    "names of a constant": ('NAMES = "net"\n@pytest.mark.parametrize(NAMES, [Net()])', True),
    "names that are computed": ('@pytest.mark.parametrize(str("net"), [Net()])', False),
    "rows that are too short": ('@pytest.mark.parametrize("x, net", [(1,), pytest.param(1)])', False),
    "no values": ('@pytest.mark.parametrize("net")', False),
    "global list that grows": ('NETS = [Net()]\nNETS.append(Robot())\n@pytest.mark.parametrize("net", NETS)', False),
}


@pytest.mark.parametrize(("mark", "is_told"), PARAMETRIZE.values(), ids=PARAMETRIZE.keys())
def test_parametrize(tmp_path: Path, mark: str, is_told: bool) -> None:
    call = f"    net.forward(x){'  # FWD001' if is_told else ''}\n"
    hold(tmp_path, f"{NET}# --- test_it.py\n{HEAD}\n{mark}\ndef test_it(net, x=1):\n{call}")


def test_parametrize_for_a_class_and_in_part_unread(tmp_path: Path) -> None:
    text = """
import far
@pytest.mark.parametrize("net", [Net(), far.load()])
class TestNet:
    def test(self, net): net.forward(1)  # FWD001 unsafe
    def helper(self, net): net.forward(1)
"""
    hold(tmp_path, f"{NET}# --- test_it.py\n{HEAD}{text}")


def test_what_set_up_of_a_base_class_sets(tmp_path: Path) -> None:
    text = """
# --- base.py
import unittest
from net import Net, Robot
class Base(unittest.TestCase):
    def setUp(self): self.net, self.robot = Net(), Robot()
# --- test_it.py
from base import Base
class Test(Base):
    def test(self):
        self.net.forward(1)  # FWD001
        self.robot.forward(1)
"""
    hold(tmp_path, NET + text)
