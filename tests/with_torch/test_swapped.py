"""A receiver that code elsewhere swaps for something else on the way keeps an unsafe fix; its twin is rewritten."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from outcomes import NET, outcome

# By kind: a program with SWAP in it, what stands there where the receiver is swapped, and what is no obstacle.
SWAPPED = {
    "a function given the object": (
        """
        class Arm: pass
        def refit(arm):
            arm.grip = SWAP
        arm = Arm()
        arm.grip = Net()
        refit(arm)
        print(arm.grip.forward(X))
        """,
        "Robot()",
        "Net()",
    ),
    "a method of the same object, two calls away": (
        """
        class Arm:
            def _exchange(self): self.grip = SWAP
            def reset(self): self._exchange()
            def run(self):
                self.grip = Net()
                self.reset()
                return self.grip.forward(X)
        print(Arm().run())
        """,
        "Robot()",
        "Net()",
    ),
    "a method after a test": (
        """
        class Arm:
            def __init__(self, grip): self.grip = grip
            def exchange(self): self.grip = SWAP
            def run(self):
                assert isinstance(self.grip, nn.Module)
                self.exchange()
                return self.grip.forward(X)
        print(Arm(Net()).run())
        """,
        "Robot()",
        "Net()",
    ),
    "a context manager": (
        """
        class Swapper:
            def __init__(self, arm): self.arm = arm
            def __enter__(self): self.arm.grip = SWAP
            def __exit__(self, *args): pass
        class Arm:
            def run(self):
                self.grip = Net()
                with Swapper(self):
                    return self.grip.forward(X)
        print(Arm().run())
        """,
        "Robot()",
        "Net()",
    ),
    "the next round of a loop": (
        """
        class Arm:
            def exchange(self): self.grip = SWAP
            def run(self):
                self.grip = Net()
                for _ in range(2):
                    result = self.grip.forward(X)
                    self.exchange()
                return result
        print(Arm().run())
        """,
        "Robot()",
        "Net()",
    ),
    "from outside the class": (
        """
        class Arm:
            def __init__(self): self.grip = Net()
            def run(self): return self.grip.forward(X)
        arm = Arm()
        arm.grip = SWAP
        print(arm.run())
        """,
        "Robot()",
        "Net()",
    ),
    "setattr under a name that a caller passes": (
        """
        class Arm:
            def __init__(self): self.grip = Net()
            def run(self): return self.grip.forward(X)
        def fit(target, key, value): setattr(target, key, value)
        arm = Arm()
        fit(arm, SWAP, Robot())
        print(arm.run())
        """,
        "'grip'",
        "'name'",
    ),
    "keywords of the constructor": (
        """
        class Arm:
            def __init__(self, **options):
                self.grip = Net()
                for key, value in options.items():
                    setattr(self, SWAP, value)
            def run(self): return self.grip.forward(X)
        print(Arm(grip=Robot()).run())
        """,
        "key",
        "'_' + key",
    ),
    "the table of attributes": (
        """
        class Arm:
            def __init__(self, **options):
                self.grip = Net()
                vars(self).update(SWAP)
            def run(self): return self.grip.forward(X)
        print(Arm(grip=Robot()).run())
        """,
        "options",
        "{'options': options}",
    ),
    "an attribute of the class": (
        """
        class Arm:
            grip = Net()
            def run(self): return self.grip.forward(X)
        setattr(Arm, "grip", SWAP)
        print(Arm().run())
        """,
        "Robot()",
        "Net()",
    ),
    "a class that makes its attributes up": (
        """
        class Arm:
            def __init__(self): self.grip = Net()
            def __getattribute__(self, name):
                return SWAP
            def run(self): return self.grip.forward(X)
        print(Arm().run())
        """,
        "Robot() if name == 'grip' else super().__getattribute__(name)",
        "super().__getattribute__(name)",
    ),
    "a submodule that is made up": (
        """
        class Arm(nn.Module):
            def __init__(self):
                super().__init__()
                self.grip = Net()
            def __getattr__(self, name):
                if name == "grip":
                    return SWAP
                return super().__getattr__(name)
            def run(self): return self.grip.forward(X)
        print(Arm().run())
        """,
        "Robot()",
        "super().__getattr__(name)",
    ),
    "globals() of the file": (
        """
        grip = Net()
        globals()["grip"] = SWAP
        print(grip.forward(X))
        """,
        "Robot()",
        "Net()",
    ),
    "another name of a list": (
        """
        arms = [Net()]
        others = arms
        others += [SWAP]
        print(arms[1].forward(X))
        """,
        "Robot()",
        "Net()",
    ),
    "a function that fills a list": (
        """
        def put(things, thing): things.append(thing)
        arms, names = [Net()], []
        put(names, "left")
        put(arms, SWAP)
        print([arm.forward(X) for arm in arms][1])
        """,
        "Robot()",
        "Net()",
    ),
    "a list in a list": (
        """
        arms = [Net()]
        sides = {"left": arms}
        sides["left"].extend([SWAP])
        print(arms[1].forward(X))
        """,
        "Robot()",
        "Net()",
    ),
    "a method that fills its list": (
        """
        class Body:
            def __init__(self):
                self.arms = [Net()]
            def grow(self, arms): arms.append(SWAP)
            def run(self):
                self.grow(self.arms)
                return [arm.forward(X) for arm in self.arms][1]
        print(Body().run())
        """,
        "Robot()",
        "Net()",
    ),
    "a list filled from outside the class": (
        """
        class Body:
            def __init__(self): self.arms = [Net()]
            def run(self): return [arm.forward(X) for arm in self.arms][-1]
        body = Body()
        getattr(body, "arms").append(SWAP)
        print(body.run())
        """,
        "Robot()",
        "Net()",
    ),
    "a decorator that gives another function": (
        """
        def instead(function): return lambda: SWAP
        @instead
        def make() -> Net: return Net()
        print(make().forward(X))
        """,
        "Robot()",
        "function()",
    ),
    "a decorator with arguments, of a class": (
        """
        def instead(other):
            def decorate(cls): return SWAP
            return decorate
        @instead(1)
        class Arm(Net): pass
        print(Arm().forward(X))
        """,
        "Robot",
        "cls",
    ),
    "a generator that runs later": (
        """
        grip = Net()
        results = (grip.forward(x) for x in [X])
        grip = SWAP
        print(list(results))
        """,
        "Robot()",
        "Net()",
    ),
    "the condition of a generator in a function": (
        """
        def run():
            grip = Net()
            results = (1 for x in [X] if grip.forward(x) is not None)
            grip = SWAP
            return list(results)
        print(run())
        """,
        "Robot()",
        "Net()",
    ),
    "the inner iterable of a generator": (
        """
        grip = Net()
        results = (y for x in [X] for y in grip.forward(x))
        grip = SWAP
        print(list(results))
        """,
        "Robot()",
        "Net()",
    ),
    "an attribute in a generator": (
        """
        class Arm: pass
        arm = Arm()
        arm.grip = Net()
        results = enumerate([arm.grip.forward(y) for y in [x]] for x in [X])
        arm.grip = SWAP
        print(list(results))
        """,
        "Robot()",
        "Net()",
    ),
    "the owner of an attribute in a generator": (
        """
        class Arm:
            def __init__(self, grip): self.grip = grip
        arm = Arm(Net())
        other = Arm(SWAP)
        results = (arm.grip.forward(x) for x in [X])
        arm = other
        print(list(results))
        """,
        "Robot()",
        "Net()",
    ),
    "a comprehension in a class body": (
        """
        grip = SWAP
        class Arm:
            grip = Net()
            results = [grip.forward(x) for x in [X]]
        print(Arm.results)
        """,
        "Robot()",
        "Net()",
    ),
    "a generator in a class body in a function": (
        """
        def make():
            grip = SWAP
            class Arm:
                grip = Net()
                results = list(grip.forward(x) for x in [X])
            return Arm
        print(make().results)
        """,
        "Robot()",
        "Net()",
    ),
    "a module whose call means something else": (
        """
        class Shy(nn.Module):
            def __call__(self, x): return "shy"
            def forward(self, x): return "forward"
        def refit(net): net.fc = SWAP
        net = Net()
        refit(net)
        print(net.fc.forward(X))
        """,
        "Shy()",
        "Net()",
    ),
    "such a module under a name of a loop": (
        """
        class Shy(nn.Module):
            def __call__(self, x): return "shy"
            def forward(self, x): return "forward"
        net = Net()
        for name in ["fc"]: setattr(net, name, SWAP)
        print(net.fc.forward(X))
        """,
        "Shy()",
        "Net()",
    ),
    "such a module in a dict": (
        """
        class Shy(nn.Module):
            def __call__(self, x): return "shy"
            def forward(self, x): return "forward"
        class Arm:
            def __init__(self): self.nets = {"b": Net()}
        def fill(arm: Arm): arm.nets["a"] = SWAP
        arm = Arm()
        fill(arm)
        print(arm.nets["a"].forward(X))
        """,
        "Shy()",
        "Net()",
    ),
    "such a module among the keyword arguments": (
        """
        class Shy(nn.Module):
            def __call__(self, x): return "shy"
            def forward(self, x): return "forward"
        class Arm(nn.Module):
            def __init__(self, **parts):
                super().__init__()
                self.grip = Net()
                for name, part in parts.items(): setattr(self, name, part)
            def run(self, x): return self.grip.forward(x)
        print(Arm(grip=SWAP).run(X))
        """,
        "Shy()",
        "Net()",
    ),
    "a keyword argument in place of the usual part": (
        """
        class Arm(nn.Module):
            def __init__(self, **parts):
                super().__init__()
                for name, part in parts.items(): setattr(self, name, part)
                if not hasattr(self, "grip"): self.grip = Net()
            def run(self, x): return self.grip.forward(x)
        print(Arm(grip=SWAP).run(X))
        """,
        "Robot()",
        "Net()",
    ),
    "a part that is deleted first": (
        """
        net = Net()
        del net.fc
        for name in ["fc"]: setattr(net, name, SWAP)
        print(net.fc.forward(X))
        """,
        "Robot()",
        "Net()",
    ),
    "a part that is not there yet": (
        """
        class Arm(nn.Module):
            def __init__(self):
                super().__init__()
                for name, value in {"grip": SWAP}.items(): setattr(self, name, value)
            def build(self): self.grip = Net()
            def run(self, x): return self.grip.forward(x)
        print(Arm().run(X))
        """,
        "Robot()",
        "Net()",
    ),
    "a caller by getattr": (
        """
        class Arm:
            def run(self, grip): return grip.forward(X)
        Arm().run(Net())
        print(getattr(Arm(), "run")(SWAP))
        """,
        "Robot()",
        "Net()",
    ),
}

# The same for a program of two files, whose `lib.py` is the first text.
IN_ANOTHER_FILE = {
    "a global of another module": (
        "grip = Net()\ndef run(): return grip.forward(X)",
        "import lib\nlib.grip = SWAP\nprint(lib.run())",
        "lib.Robot()",
        "lib.Net()",
    ),
    "a class of another module": (
        "def run(): return Net().forward(X)",
        "import lib\nsetattr(lib, 'Net', SWAP)\nprint(lib.run())",
        "lib.Robot",
        "lib.Net",
    ),
    "a factory of another module": (
        "def make(): return Net()\ndef run(): return make().forward(X)",
        "import lib\nlib.make = lambda: SWAP\nprint(lib.run())",
        "lib.Robot()",
        "lib.Net()",
    ),
    "mock.patch": (
        "grip = Net()\ndef run(): return grip.forward(X)",
        "import lib\nfrom unittest import mock\nwith mock.patch('lib.grip', SWAP): print(lib.run())",
        "lib.Robot()",
        "lib.Net()",
    ),
    "mock.patch.object of a class": (
        "class Arm:\n    grip = Net()\n    def run(self): return self.grip.forward(X)",
        "import lib\nfrom unittest.mock import patch\nwith patch.object(lib.Arm, 'grip', SWAP): print(lib.Arm().run())",
        "lib.Robot()",
        "lib.Net()",
    ),
    "a dict that another file updates": (
        "ARMS = {'left': Net()}\ndef run(key): return ARMS[key].forward(X)",
        "import lib\nlib.ARMS.update(right=SWAP)\nprint(lib.run('right'))",
        "lib.Robot()",
        "lib.Net()",
    ),
    "a dict under a star": (
        "ARMS = {'left': Net()}\ndef run(key): return ARMS[key].forward(X)",
        "from lib import *\nARMS['right'] = SWAP\nprint(run('right'))",
        "Robot()",
        "Net()",
    ),
    "a caller under a name put together": (
        "def run(grip): return grip.forward(X)\ndef rest(grip): return grip",
        "import lib\nlib.run(lib.Net())\nprint(getattr(lib, SWAP)(lib.Net()))\n"
        "print(getattr(lib, 'r' + 'un')(lib.Net()))",
        "''.join(['r', 'un'])",
        None,
    ),
}


@pytest.mark.parametrize("kind", SWAPPED)
def test_what_is_swapped_is_not_rewritten(tmp_path: Path, kind: str) -> None:
    program, swap, _ = SWAPPED[kind]
    result = outcome(tmp_path, _program(program, swap))
    assert not result.is_rewritten
    assert result.before == result.after


@pytest.mark.parametrize("kind", SWAPPED)
def test_what_stays_a_module_is_rewritten(tmp_path: Path, kind: str) -> None:
    program, _, kept = SWAPPED[kind]
    result = outcome(tmp_path, _program(program, kept))
    assert "FWD001 safe" in result.findings
    assert result.before == result.after
    assert "raises" not in result.after


@pytest.mark.parametrize("kind", IN_ANOTHER_FILE)
def test_what_another_file_swaps_is_not_rewritten(tmp_path: Path, kind: str) -> None:
    lib, main, swap, _ = IN_ANOTHER_FILE[kind]
    result = outcome(tmp_path, _files(lib, main.replace("SWAP", swap)))
    assert not result.is_rewritten
    assert result.before == result.after


@pytest.mark.parametrize("kind", [kind for kind in IN_ANOTHER_FILE if IN_ANOTHER_FILE[kind][3] is not None])
def test_what_another_file_leaves_a_module_is_rewritten(tmp_path: Path, kind: str) -> None:
    lib, main, _, kept = IN_ANOTHER_FILE[kind]
    result = outcome(tmp_path, _files(lib, main.replace("SWAP", kept or "")))
    assert "FWD001 safe" in result.findings
    assert result.before == result.after
    assert "raises" not in result.after


def test_a_star_hides_what_was_bound_before_it(tmp_path: Path) -> None:
    program = "# --- lib.py\nclass Net:\n    def forward(self, x): return 'lib'\n# --- main.py\n" + NET
    result = outcome(tmp_path, program + "from lib import *\nprint(Net().forward(X))")
    assert result.findings == ()
    assert result.after == "lib\n"


def test_a_star_hides_nothing_that_is_bound_behind_it(tmp_path: Path) -> None:
    program = "# --- lib.py\nclass Net:\n    def forward(self, x): return 'lib'\n# --- main.py\nfrom lib import *\n"
    result = outcome(tmp_path, program + NET + "print(Net().forward(X))")
    assert result.findings == ("FWD001 safe",)
    assert result.before == result.after


def _program(text: str, swap: str) -> str:
    return NET + textwrap.dedent(text).replace("SWAP", swap)


def _files(lib: str, main: str) -> str:
    return f"# --- lib.py\n{NET}\n{lib}\n# --- main.py\n{main}\n"
