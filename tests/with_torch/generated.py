"""Strategies for programs of modules that call each other's forward() in every way that the tool proves.

A program defines ``net``, a module, ``run(x)``, which calls it, and ``notes``, what it has printed on the way. All
modules take a tensor of 2 x 4 to another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

HEAD = """\
import torch
from torch import nn

notes = []
"""

# The argument of the forward() of each is called `input`, that of a generated class `x`.
LAYERS = (
    "nn.Linear(4, 4)",
    "nn.Conv1d(2, 2, 3, padding=1)",
    "nn.LayerNorm(4)",
    "nn.Dropout(0.5)",
    "nn.Sequential(nn.Linear(4, 4), nn.ReLU())",
    "nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.Tanh()), nn.Identity())",
)


@dataclass
class Shape:
    """What a generated class has: receivers and the names of their argument, and its containers."""

    name: str
    receivers: dict[str, str] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)


@dataclass
class Writer:
    """Draws the body of one forward()."""

    draw: st.DrawFn
    shape: Shape
    names: int = 0

    def new_name(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def pick(self, *options: str) -> str:
        return self.draw(st.sampled_from(options))

    def call(self, receiver: str, argument: str, keyword: str) -> str:
        """A call of forward(), laid out and passed its argument in one of many ways."""
        options = [argument, argument, f"{keyword}={argument}", f"*[{argument}]", f"**{{'{keyword}': {argument}}}"]
        if keyword == "x":
            options += [f"{argument}, x, *[h, h], scale=0.5", f"scale=2.0, x={argument}"]
        arguments = self.pick(*options)
        layout = self.pick(
            "{}.forward({})",
            "{}.forward({})",
            "({}).forward({})",
            "{} .forward({})",
            "({}  # First\n                .forward({}))",
            "{} \\\n                .forward({})",
        )
        return layout.format(receiver, arguments)

    def module_call(self, depth: int) -> str:
        receiver = self.draw(st.sampled_from(sorted(self.shape.receivers)))
        return self.call(receiver, self.expression(depth - 1), self.shape.receivers[receiver])

    def expression(self, depth: int) -> str:
        """A tensor of 2 x 4."""
        if depth <= 0:
            return self.pick("x", "h")
        kinds = ["name", "call", "call", "call", "sum", "condition", "stack", "lambda", "walrus"]
        kinds += ["list"] * bool(self.shape.lists) + ["table"] * bool(self.shape.tables)
        kind = self.pick(*kinds)
        if kind == "name":
            return self.expression(0)
        if kind == "call":
            return self.module_call(depth)
        if kind == "sum":
            return f"({self.module_call(depth)} + {self.module_call(depth)}.tanh())"
        if kind == "condition":
            return f"({self.module_call(depth)} if h.sum() > 0 else {self.module_call(depth)})"
        if kind == "stack":
            return f"torch.stack([{self.module_call(depth)}, {self.expression(depth - 1)}]).mean(0)"
        if kind == "lambda":
            receiver = self.draw(st.sampled_from(sorted(self.shape.receivers)))
            keyword = self.shape.receivers[receiver]
            return f"(lambda t: {self.call(receiver, 't', keyword)})({self.expression(depth - 1)})"
        if kind == "walrus":
            name = self.new_name()
            return f"(({name} := {self.module_call(depth)}) + {name}.relu())"
        layer, brackets = self.new_name(), self.pick("[]", "()")
        inside = self.call(layer, self.pick("x", "h"), "input")
        if kind == "list":
            loop = f"for {layer} in {self.draw(st.sampled_from(self.shape.lists))}"
        else:
            table = self.draw(st.sampled_from(self.shape.tables))
            loop = self.pick(f"for {layer} in {table}.values()", f"for key, {layer} in {table}.items() if key")
        return f"sum({brackets[0]}{inside} {loop}{brackets[1]})"

    def statement(self) -> list[str]:
        """One statement in lines."""
        kinds = ["assign", "assign", "augmented", "if", "with", "try", "function", "assert", "note", "alias", "match"]
        kinds += ["for", "enumerate", "zip"] * bool(self.shape.lists) + ["items"] * bool(self.shape.tables)
        kind, name = self.pick(*kinds), self.new_name()
        if kind == "assign":
            return [f"h = {self.expression(3)}"]
        if kind == "augmented":
            return [f"{name} = x.clone(); {name} += {self.expression(2)}", f"h = {name}"]
        if kind == "if":
            return [f"if {self.module_call(1)}.sum() > 0:", f"    h = {self.expression(2)}", "else:", "    h = h - x"]
        if kind == "with":
            return ["with torch.no_grad():", f"    {name} = {self.expression(2)}", f"h = h + {name}"]
        if kind == "try":
            return ["try:", f"    h = {self.module_call(2)}", "finally:", f"    {self.module_call(1)}"]
        if kind == "function":
            return [f"def {name}(t):", f"    return t + {self.module_call(1)}", f"h = {name}({self.expression(1)})"]
        if kind == "assert":
            return [f"assert {self.module_call(2)}.shape == h.shape, {self.module_call(1)}.shape"]
        if kind == "note":
            form = self.pick("{}.sum()", "{}.sum():.3f", "{}.shape!r:>20")
            return [
                'notes.append(f"""{{é}} {' + form.format(self.flat_call()) + "} {" + self.flat_call() + '.mean()}""")'
            ]
        if kind == "alias":
            receiver = self.draw(st.sampled_from(sorted(self.shape.receivers)))
            return [f"{name} = {receiver}", f"h = {self.call(name, 'h', self.shape.receivers[receiver])}"]
        if kind == "match":
            return [f"match {self.module_call(1)}.shape:", "    case (2, 4):", f"        h = {self.module_call(2)}"]
        step = self.call(name, "h", "input")
        if kind == "items":
            return [f"for _, {name} in {self.draw(st.sampled_from(self.shape.tables))}.items():", f"    h = {step}"]
        some = self.draw(st.sampled_from(self.shape.lists))
        if kind == "zip":
            return [f"for {name}, _ in zip({some}, {some}):", f"    h = {step}"]
        heads = {"for": f"for {name} in {some}:", "enumerate": f"for _, {name} in enumerate({some}):"}
        return [heads[kind], f"    h = {step}"]

    def flat_call(self) -> str:
        """A call that can stand in an f-string on every Python."""
        return f"{self.draw(st.sampled_from(sorted(self.shape.receivers)))}.forward(h)"


@st.composite
def programs(draw: st.DrawFn) -> str:
    layers = st.sampled_from(LAYERS)
    text, classes = HEAD, list[Shape]()
    for number in range(draw(st.integers(1, 3))):
        shape, lines = Shape(f"Net{number}"), []
        for index in range(draw(st.integers(1, 2))):
            constructor = draw(layers)
            lines.append(f"self.a{index} = {constructor}")
            shape.receivers[f"self.a{index}"] = "input"
            if constructor.startswith("nn.Sequential"):
                shape.receivers[f"self.a{index}[0]"] = "input"
        if draw(st.booleans()):
            some = draw(st.lists(layers, min_size=1, max_size=2))
            lines.append(f"self.layers = nn.ModuleList([{', '.join(some)}])")
            shape.lists.append("self.layers")
            shape.receivers |= {"self.layers[0]": "input", "self.layers[-1]": "input"}
        if draw(st.booleans()):
            some = draw(st.lists(layers, min_size=1, max_size=2))
            items = (f"{key!r}: {layer}" for key, layer in zip("ab", some, strict=False))
            lines.append(f"self.table = nn.ModuleDict({{{', '.join(items)}}})")
            shape.tables.append("self.table")
            shape.receivers["self.table['a']"] = "input"
        if classes:
            inner = draw(st.sampled_from(classes))
            lines.append(f"self.inner = {inner.name}()")
            shape.receivers |= {"self.inner": "x", "self.inner.a0": inner.receivers["self.a0"]}
        text += _class(draw, shape, lines)
        classes.append(shape)
    return text + f"\n\nnet = {classes[-1].name}()\n\n\ndef run(x):\n    return net.forward(x)\n"


def _class(draw: st.DrawFn, shape: Shape, attributes: list[str]) -> str:
    writer, body = Writer(draw, shape), ["h = x"]
    for _ in range(draw(st.integers(1, 3))):
        body += writer.statement()
    body.append(f"return torch.tanh({writer.expression(1)} + h) * scale + len(rest)")
    start = "".join(f"        {line}\n" for line in ["super().__init__()", *attributes])
    forward = "".join(f"        {line}\n" for line in body)
    head = f"\n\nclass {shape.name}(nn.Module):\n    def __init__(self):\n{start}"
    return f"{head}\n    def forward(self, x, *rest, scale=1.0):\n{forward}"
