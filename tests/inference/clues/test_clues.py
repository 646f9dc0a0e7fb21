"""Evidence that is no proof: docstrings, methods that only modules have, keywords that only modules take."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from marked import found_in, hold, written

from flake8_forward_call.analysis import analyse
from flake8_forward_call.explaining import explain
from flake8_forward_call.inference.clues.docstrings import Named, described, named
from flake8_forward_call.sources.source import Source

METHODS = {
    "parameter of the same function": """
def go(net, x):
    net.requires_grad_(False)
    return net.forward(x)  # FWD001 unsafe
""",
    "attribute in another method": """
class Trainer:
    def __init__(self, net): self.net = net
    def freeze(self): list(self.net.parameters())
    def go(self, x): return self.net.forward(x)  # FWD001 unsafe
""",
    "attribute that is moved before": """
class Trainer:
    def __init__(self, net):
        self.net = net
        self.net = self.net.to("cpu")
    def freeze(self): list(self.net.parameters())
    def go(self, x): return self.net.forward(x)  # FWD001 unsafe
""",
    "attribute that a base uses": """
class Base:
    def save(self): return self.net.state_dict()
class Trainer(Base):
    def __init__(self, net): self.net = net
    def go(self, x): return self.net.forward(x)  # FWD001 unsafe
""",
    "result of an unread function": """
import far
def go(x):
    net = far.load()
    for one in net.modules(): print(one)
    return net.forward(x)  # FWD001 unsafe
""",
    "elements of a list": """
class Both:
    def __init__(self, nets): self.nets = nets
    def freeze(self, i): list(self.nets[i].named_parameters())
    def go(self, k, x): return self.nets[k].forward(x)  # FWD001 unsafe
""",
    "gradients that are reset": """
class Tracker:
    def __init__(self, net): self.net = net
    def learn(self): self.net.zero_grad()
    def go(self, x): return self.net.forward(x)  # FWD001 unsafe
""",
    "gradients that an optimizer resets": """
class Tracker:
    def __init__(self, net, optimizer): self.net, self.optimizer = net, optimizer
    def learn(self): self.optimizer.zero_grad()
    def go(self, x): return self.net.forward(x)
""",
    "gradients that a class of the project resets by itself": """
class Layer:
    def zero_grad(self): self.grad = 0
class Dense(Layer):
    def forward(self, x): return x
def go(net, x):
    net.zero_grad()
    return net.forward(x)
""",
    "methods that other things have too": """
def go(camera, x):
    camera.eval().to("left").cuda()
    camera.apply(print)
    camera.train()
    return camera.forward(x)
""",
    "another object": """
def go(net, robot, x):
    list(net.parameters())
    return robot.forward(x)
""",
    "another attribute of the same object": """
class Both:
    def __init__(self, pair): self.pair = pair
    def go(self, x):
        list(self.pair.net.parameters())
        return self.pair.robot.forward(x)
""",
    "another entry of the same table": """
class Both:
    def __init__(self, parts): self.parts = parts
    def go(self, x):
        list(self.parts["net"].parameters())
        return self.parts["robot"].forward(x)
""",
    "name that is bound again": """
def go(net, plan, x):
    list(net.parameters())
    net = plan.compiled()
    return net.forward(x)
""",
    "name that may be bound again": """
def go(net, plan, x):
    list(net.parameters())
    if x: net = plan.compiled()
    return net.forward(x)
""",
    "attribute that is set twice": """
class Trainer:
    def __init__(self, net): self.net = net
    def compile(self, plan): self.net = plan.compiled()
    def freeze(self): list(self.net.parameters())
    def go(self, x): return self.net.forward(x)
""",
    "another class with an attribute of the same name": """
class Trainer:
    def __init__(self, net): self.net = net
    def freeze(self): list(self.net.parameters())
class Driver:
    def __init__(self, net): self.net = net
    def go(self, x): return self.net.forward(x)
""",
    "test of the class": """
def go(net, x):
    if isinstance(net, torch.nn.Module): list(net.parameters())
    return net.forward(x)
""",
    "test of the method": """
def go(net, x):
    if hasattr(net, "parameters"): list(net.parameters())
    return net.forward(x)
""",
    "class of the project with both methods": """
class Curve:
    def parameters(self): return []
    def forward(self, x): return x
def go(net, x):
    list(net.parameters())
    return net.forward(x)
""",
    "class of the project that inherits one of them": """
class Curve:
    def parameters(self): return []
class Line(Curve):
    def forward(self, x): return x
def go(net, x):
    list(net.parameters())
    return net.forward(x)
""",
    "class of the project that computes its attributes": """
class Proxy:
    def __getattr__(self, name): return 1
    def forward(self, x): return x
def go(net, x):
    list(net.parameters())
    return net.forward(x)
""",
    "module class with such methods of its own": """
class Curve(torch.nn.Module):
    def parameters(self, recurse=True): return []
    def forward(self, x): return x
def go(net, x):
    list(net.parameters())
    return net.forward(x)  # FWD001 unsafe
""",
    "class as receiver": """
class Sub:
    def go(self, base, x):
        list(base.parameters(self))
        return base.forward(self, x)
""",
    "proxy for an object in another process": """
def go(ref, x):
    list(ref.rpc_sync().parameters())
    return ref.rpc_sync().forward(x)
""",
    "forward that is handed on": """
def go(net, x):
    list(net.parameters())
    return map(net.forward, x)
""",
}


OTHER_METHODS = """
class Agent:
    def __init__(self, net): self.net = net
    def freeze(self):
        list(self.net.parameters())
        self.net.init_hidden(){more}
    def run(self, x): return self.net.forward(x){mark}
"""


@pytest.mark.parametrize(
    ("more", "mark"),
    [
        ("", "  # FWD001 unsafe"),
        ("\n        self.net.eval()", "  # FWD001 unsafe"),
        ("\n        self.net.save_models()", ""),
    ],
)
def test_several_methods_that_no_module_has_speak_against_it(tmp_path: Path, more: str, mark: str) -> None:
    hold(tmp_path, f"# --- run.py\nimport torch\n{OTHER_METHODS.format(more=more, mark=mark)}")


def test_methods_that_a_module_of_the_project_has_do_not(tmp_path: Path) -> None:
    net = (
        "from torch import nn\nclass Net(nn.Module):\n    def init_hidden(self): ...\n    def save_models(self): ...\n"
    )
    text = OTHER_METHODS.format(more="\n        self.net.save_models()", mark="  # FWD001 unsafe")
    hold(tmp_path, f"# --- net.py\n{net}# --- run.py\nimport torch\n{text}")


@pytest.mark.parametrize("text", METHODS.values(), ids=METHODS.keys())
def test_methods_that_only_modules_have(tmp_path: Path, text: str) -> None:
    hold(tmp_path, f"# --- run.py\nimport torch\n{text}")


@pytest.mark.parametrize("head", ["", "import torch, paddle", "import torch\nfrom mlx import nn", "import jax"])
def test_methods_say_nothing_in_files_for_another_framework(tmp_path: Path, head: str) -> None:
    text = METHODS["parameter of the same function"].replace("  # FWD001 unsafe", "")
    hold(tmp_path, f"# --- run.py\n{head}\n{text}")


@pytest.mark.parametrize(
    "head", ["import torch, cv2", "def late():\n    import torch", "from torch.nn import functional"]
)
def test_what_runs_models_or_reads_images_is_no_framework(tmp_path: Path, head: str) -> None:
    hold(tmp_path, f"# --- run.py\n{head}\n{METHODS['parameter of the same function']}")


KEYWORDS = """
# --- nets.py
from torch import nn
class Net(nn.Module):
    def forward(self, x, mask=None, *, scale=1): return x
class Plain(nn.Module):
    def forward(self, x): return x
{more}
# --- run.py
def go(net, x, more):
    net.forward({arguments})
"""


@pytest.mark.parametrize(
    ("arguments", "more", "mark"),
    [
        ("x, mask=None", "", "  # FWD001 unsafe"),
        ("mask=None, x=x, scale=2", "", "  # FWD001 unsafe"),
        ("*x, scale=2", "", "  # FWD001 unsafe"),
        ("x", "", ""),
        ("x, mask=None, **more", "", ""),
        ("x, unheard_of=1", "", ""),
        ("x, x, x, scale=1", "", ""),
        ("x, x, mask=None", "", ""),
        ("mask=None", "", ""),
        ("x, mask=None", "class Robot:\n    def forward(self, x, mask): return x", ""),
        ("x, mask=None", "class Robot:\n    def forward(self, x, **settings): return x", ""),
        ("x, mask=None", "import far\nclass Unread(far.Base):\n    def forward(self, x, mask): return x", ""),
        ("x, mask=None", "class Robot:\n    def forward(self, x, *, speed, mask): return x", "  # FWD001 unsafe"),
        ("x, more=None", "class Any(nn.Module):\n    def forward(self, x, **more): return x", ""),
        ("x, mask=1", "class Odd(Net):\n    def __call__(self, x): return -x\n    def forward(self, x, mask): ...", ""),
        ("x, mask=None", "def f(self, x, mask): return x", "  # FWD001 unsafe"),
        (
            "x, mask=None",
            "from typing import Protocol\nclass P(Protocol):\n    def forward(self, x, mask): ...",
            "  # FWD001 unsafe",
        ),
    ],
)
def test_keywords_that_only_modules_take(tmp_path: Path, arguments: str, more: str, mark: str) -> None:
    text = KEYWORDS.replace("{more}", more).replace("({arguments})", f"({arguments}){mark}")
    hold(tmp_path, text)


def test_keywords_in_long_headers_are_found(tmp_path: Path) -> None:
    header = ",\n        ".join(f"part{i}: dict[str, int] = {{}}" for i in range(60))
    text = (
        f"from torch import nn\nclass Net(nn.Module):\n    def forward(\n        self,\n        {header},\n    ): ...\n"
    )
    hold(tmp_path, f"# --- nets.py\n{text}# --- run.py\ndef go(net): net.forward(part59=1)  # FWD001 unsafe\n")


DOCSTRING = '''
# --- kinds.py
from torch import nn
class Net(nn.Module):
    def forward(self, x): return x
class Robot:
    def forward(self, x): return x
# --- run.py
from kinds import Net, Robot
import far
def go(net, x):
    """Go.

{text}
    """
    net.forward(x){mark}
'''


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Args:\n    net (Net): what goes\n    x: where", True),
        ("Args:\n    net (Net, optional): what goes", True),
        ("Arguments:\n    net (:class:`~kinds.Net`): what goes", True),
        ("Args:\n    net (torch.nn.Module): what goes", True),
        ("Args:\n    net: nn.Module, what goes", True),
        ("Args:\n    net: The net that goes, a `Net`.", True),
        ("Parameters\n----------\nnet : Net\n    What goes.\nx : int", True),
        ("Parameters\n----------\nnet, x : Net or None, default: None", True),
        ("Parameters\n----------\nnet : instance of Net", True),
        (":param Net net: what goes", True),
        (":param net: what goes\n:type net: kinds.Net", True),
        ("@type net: Net", True),
        ("Args:\n    Net (Net): what goes", True),
        ("Parameters\n----------\nNET : Net", True),
        ("Args:\n    Net (Net): one\n    NET (Net): another", False),
        ("Args:\n    Net (Net): one\n    net: what is not said", False),
        ("Args:\n    Net (Robot): what goes", False),
        ("Args:\n    net (Robot): what goes, like a Net", False),
        ("Args:\n    net (Net or Robot): what goes", False),
        ("Args:\n    net (Net or callable): what goes", False),
        ("Args:\n    net (list of Net): what goes", False),
        ("Args:\n    net (type of Net): what goes", False),
        ("Args:\n    net: the output of a Net", False),
        ("Args:\n    net: need not be a Net.", False),
        ("Args:\n    nets (Net): what goes", False),
        ("Args:\n    x (Net): where", False),
        ("Raises:\n    net (Net): never", False),
        ("See Also\n--------\nnet : Net", False),
        ("net is a Net.", False),
        ("Net net: what goes", False),
        ("Argumente:\n    net (Net): was geht", False),
        ("参数:\n    net (Net): 网络", False),
        (":type net: Unheard", False),
        ("Args:\n  net (Net", False),
        ("Parameters\n------\n  net : Net\nArgs:\n:type net: Robot\n---\n\\param net Net", False),
        ("Args:\n    net (Net): what goes\n\n:type net: Net", True),
    ],
)
def test_type_in_a_docstring(tmp_path: Path, text: str, is_told: bool) -> None:
    mark = "  # FWD001 unsafe" if is_told else ""
    hold(tmp_path, DOCSTRING.replace("{text}", textwrap.indent(text, "    ")).replace("{mark}", mark))


RESULTS = {
    "result, in Google's style": ('def make():\n    """Make.\n\n    Returns:\n        Net: it.\n    """\n', True),
    "result, in NumPy's style": (
        'def make():\n    """Make.\n\n    Returns\n    -------\n    net : Net\n    """\n',
        True,
    ),
    "result, in Sphinx's style": ('def make():\n    """Make.\n\n    :rtype: Net\n    """\n', True),
    "two results": (
        'def make():\n    """Make.\n\n    Returns\n    -------\n    a : Net\n    b : Net\n    """\n',
        False,
    ),
    "text about a result": ('def make():\n    """Make.\n\n    Returns:\n        dict: of a Net.\n    """\n', False),
    "annotation that was not read": (
        'def make() -> far.Thing:\n    """Make.\n\n    Returns:\n        Net: it.\n    """\n',
        False,
    ),
}


@pytest.mark.parametrize(("text", "is_told"), RESULTS.values(), ids=RESULTS.keys())
def test_result_in_a_docstring(tmp_path: Path, text: str, is_told: bool) -> None:
    use = f"make().forward(1){'  # FWD001 unsafe' if is_told else ''}\n"
    head = DOCSTRING.partition("def go")[0]
    hold(tmp_path, f"{head}{text}    return far.load()\n{use}")


def test_attributes_in_the_docstring_of_a_class(tmp_path: Path) -> None:
    text = '''class Box:
    """A box.

    Attributes:
        net (Net): what goes
        robot (Robot): what drives
    """
    def __init__(self):
        self.net, self.robot = far.load(), far.load()
    def go(self, x):
        self.net.forward(x)  # FWD001 unsafe
        self.robot.forward(x)
'''
    hold(tmp_path, DOCSTRING.partition("def go")[0] + text)


def test_code_goes_before_a_docstring(tmp_path: Path) -> None:
    text = '''
def made():
    """Make.

    Returns:
        Net: so it was once.
    """
    return Robot()
def annotated(net: Robot, x):
    """Go.

    Args:
        net (Net): so it was once
    """
    net.forward(x)
def called(net, x):
    """Go.

    Args:
        net (Net): so it was once
    """
    net.forward(x)
called(Robot(), 1)
made().forward(1)
'''
    hold(tmp_path, DOCSTRING.partition("def go")[0] + text)


def test_what_follows_from_a_docstring_is_evidence_too(tmp_path: Path) -> None:
    text = '''
class Pair(nn.Module):
    def __init__(self): self.left = nn.Linear(1, 1)
def make():
    """Make.

    Returns:
        Pair: two of them.
    """
    return far.load()
make().left.forward(1)  # FWD001 unsafe
'''
    hold(tmp_path, f"# --- run.py\nimport far\nfrom torch import nn\n{text}")


def test_docstring_speaks_against_other_evidence(tmp_path: Path) -> None:
    text = '''
def go(net, x):
    """Go.

    Args:
        net (Robot): what goes
    """
    list(net.parameters())
    net.forward(x)
'''
    hold(tmp_path, DOCSTRING.partition("def go")[0] + "import torch\n" + text)


def test_docstring_of_another_framework_says_nothing(tmp_path: Path) -> None:
    text = DOCSTRING.replace("{text}", "    Args:\n        net (nn.Module): what goes").replace("{mark}", "")
    hold(tmp_path, text.replace("import far", "from mlx import nn"))
    hold(tmp_path, f"{text}# --- layers.py\nimport mlx.nn as nn\n")


def test_explain_and_the_message_say_that_it_is_evidence(tmp_path: Path) -> None:
    written(tmp_path, f"# --- run.py\nimport torch\n{METHODS['parameter of the same function']}")
    path = tmp_path / "run.py"
    source = Source(str(path), path.read_text(encoding="utf-8"))
    (finding,) = analyse(source)
    assert finding.message.endswith("(there is evidence, but no proof, that it is a module)")
    (explanation,) = explain(source, finding.start.row)
    assert explanation.reason.startswith("there is evidence that it is a module, but no proof: ")
    assert any(
        step.row == 4 and "evidence, not proof: `net.requires_grad_()` is called" in step.text
        for step in explanation.steps
    )


def test_evidence_is_the_same_every_time(tmp_path: Path) -> None:
    written(tmp_path, KEYWORDS.replace("{more}", "").replace("{arguments}", "x, mask=1"))
    first, second = (found_in(tmp_path / "run.py") for _ in range(2))
    assert first == second == [(2, "FWD001 unsafe")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nn.Module", ("nn.Module",)),
        ("Optional[nn.Module]", ("nn.Module",)),
        ("``Net``, optional", ("Net",)),
        (":py:class:`the net <kinds.Net>`", ("kinds.Net",)),
        ("Net | None", ("Net",)),
        ("Net or Robot", ("Net", "Robot")),
        ("an object of class Net", ("Net",)),
        ("the net of the project", None),
        ("", None),
        ("None", None),
        ("Net (default: 3)", ("Net",)),
    ],
)
def test_names_in_the_text_of_a_type(text: str, names: tuple[str, ...] | None) -> None:
    assert named(text) == (None if names is None else Named(names))


@pytest.mark.parametrize(
    "text",
    [
        "Args:\n" * 50_000,
        "Args:\n  " + "net (" * 20_000,
        "Parameters\n---\n" + "a, " * 20_000 + ": Net",
        "Returns:\n  " + "a" * 100_000,
        ":param " + "x " * 20_000 + ": y",
        "Returns:\n    " + "list of " * 10_000 + "Net",
        "x\n" + "-" * 100_000,
        "\t" * 50_000 + "Args:",
        "\x00Args:\x0c\n\u2028 net (Net):\r",
    ],
    ids=range(9),
)
def test_odd_docstrings_are_bounded(text: str) -> None:
    described(text)
