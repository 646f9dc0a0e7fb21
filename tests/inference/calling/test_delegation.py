"""Whether an override of `__call__` comes to `super().__call__` with the same arguments."""

from __future__ import annotations

import pytest
from inferring import DIFFERENT, PERHAPS, SAME, parsed

from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import scopes_of


def meaning(definition: str) -> str:
    """What calling an instance means whose class has the definition, whatever it is passed."""
    lines = "\n".join(f"    {line}" for line in definition.splitlines())
    file = File("net.py", parsed(f"class Net(nn.Module):\n{lines}\n"), "net")
    ev = Evaluator(Project(Catalogue()))
    net = next(one for one in scopes_of(file).classes if getattr(one.node, "name", "") == "Net")
    return ev.ask(lambda: ev.hierarchy.meaning_of_call(ev.source_class(net))).value


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ("self", ""),
        ("self, x", "x"),
        ("self, x", "x=x"),
        ("self, x, y", "x, y"),
        ("self, x, y", "x, y=y"),
        ("self, x, y", "y=y, x=x"),
        ("self, x, /, y=None", "x, y"),
        ("self, *args", "*args"),
        ("self, **kwargs", "**kwargs"),
        ("self, *args, **kwargs", "*args, **kwargs"),
        ("self, x, *args, y, **kwargs", "x, *args, y=y, **kwargs"),
        ("self, x, *, y=1", "x, y=y"),
        ("this, x", "x"),
    ],
)
def test_the_same_arguments_are_the_same_call(parameters: str, arguments: str) -> None:
    assert meaning(f"def __call__({parameters}):\n    return super().__call__({arguments})") == SAME
    own = parameters.partition(",")[0]
    base = f"nn.Module.__call__({own}, {arguments})"
    assert meaning(f"def __call__({parameters}):\n    return {base}") == SAME
    assert meaning(f"def __call__({parameters}):\n    out = super().__call__({arguments})\n    return out") == SAME


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ("self, x", ""),
        ("self, x", "x, x"),
        ("self, x", "1"),
        ("self, x", "x + 1"),
        ("self, x", "*x"),
        ("self, x", "**x"),
        ("self, x", "y=x"),
        ("self, x, y", "y, x"),
        ("self, x, y", "x"),
        ("self, x, y", "x=y, y=x"),
        ("self, *args", "args"),
        ("self, **kwargs", "kwargs=kwargs"),
        ("self, x", "other"),
    ],
)
def test_other_arguments_are_another_call(parameters: str, arguments: str) -> None:
    assert meaning(f"def __call__({parameters}):\n    return super().__call__({arguments})") == DIFFERENT


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ("self, *args, **kwargs", "*args"),
        ("self, *args, **kwargs", "**kwargs"),
        ("self, x, **kwargs", "x"),
        ("self, x, *rest, y", "x, y=y"),
    ],
)
def test_what_a_call_may_not_have_can_be_lost(parameters: str, arguments: str) -> None:
    assert meaning(f"def __call__({parameters}):\n    return super().__call__({arguments})") == PERHAPS


@pytest.mark.parametrize(
    "callee", ["Unrelated.__call__(self, x)", "self.net.__call__(self, x)", "load.__call__(self, x)"]
)
def test_call_of_what_is_no_base_is_another_call(callee: str) -> None:
    assert meaning(f"def __call__(self, x):\n    return {callee}") == DIFFERENT


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return super().__call__(x)", SAME),
        ("return super(Net, self).__call__(x)", SAME),
        ("print(x)\nreturn super().__call__(x)", SAME),
        ("with torch.no_grad():\n    return super().__call__(x)", PERHAPS),
        ("with torch.profiler.record_function('call'):\n    return super().__call__(x)", SAME),
        ("try:\n    return super().__call__(x)\nfinally:\n    print(x)", SAME),
        ("try:\n    return super().__call__(x)\nexcept ValueError:\n    raise", SAME),
        ("try:\n    return super().__call__(x)\nexcept ValueError:\n    return None", PERHAPS),
        ("try:\n    return super().__call__(x)\nexcept ValueError:\n    pass", PERHAPS),
        ("if x is None:\n    raise ValueError\nreturn super().__call__(x)", PERHAPS),
        ("if x:\n    return super().__call__(x)\nelse:\n    return super().__call__(x)", SAME),
        ("if x:\n    return super().__call__(x)\nreturn x", PERHAPS),
        ("if x:\n    return super().__call__(x)", PERHAPS),
        ("for y in x:\n    return super().__call__(x)", PERHAPS),
        ("while True:\n    return super().__call__(x)", SAME),
        ("return super().__call__(x) if x else super().__call__(x=x)", SAME),
        ("return super().__call__(x) if x else x", PERHAPS),
        ("out = super().__call__(x)\nself.out = out\nreturn out", SAME),
        ("out = super().__call__(x)\nif out is None:\n    print(x)\nreturn out", SAME),
        ("out = super().__call__(x)\nif x:\n    out = x\nreturn out", DIFFERENT),
        ("out, y = super().__call__(x)\nreturn out", DIFFERENT),
        ("return (super().__call__(x),)", DIFFERENT),
        ("out = super().__call__(x)\nout.clear()\nreturn out", PERHAPS),
        ("out = super().__call__(x)\nout['loss'] = 0\nreturn out", PERHAPS),
        ("out = super().__call__(x)\nout.loss = 0\nreturn out", PERHAPS),
        ("out = super().__call__(x)\ndel out['loss']\nreturn out", PERHAPS),
        ("out = super().__call__(x)\nseen = []\nseen.append(out)\nreturn out", SAME),
        ("x.add_(1)\nreturn super().__call__(x)", PERHAPS),
        ("x.grad = None\nreturn super().__call__(x)", PERHAPS),
        ("nn.init.zeros_(x)\nreturn super().__call__(x)", PERHAPS),
        ("nn.functional.relu(x, inplace=True)\nreturn super().__call__(x)", PERHAPS),
        ("nn.functional.relu(x, inplace=False)\nreturn super().__call__(x)", SAME),
        ("torch.add(x, 1, out=x)\nreturn super().__call__(x)", PERHAPS),
        ("y = x.clone()\ny.add_(1)\nreturn super().__call__(x)", SAME),
        ("super().__call__(x)", DIFFERENT),
        ("super().__call__(x)\nreturn None", DIFFERENT),
        ("return", DIFFERENT),
        ("pass", DIFFERENT),
        ("return super().forward(x)", DIFFERENT),
        ("return self.forward(x) if False else super().forward(x)", DIFFERENT),
        ("return other.__call__(x)", DIFFERENT),
        ("return load().__call__(x)", DIFFERENT),
        ("return super().__call__", DIFFERENT),
        ("x = x + 1\nreturn super().__call__(x)", DIFFERENT),
        ("if x is None:\n    x = 1\nreturn super().__call__(x)", DIFFERENT),
        ("del x\nreturn super().__call__(x)", DIFFERENT),
        ("yield super().__call__(x)", DIFFERENT),
        ("def inner():\n    yield x\nreturn super().__call__(x)", SAME),
        ("raise NotImplementedError", DIFFERENT),
    ],
)
def test_every_path_counts(body: str, expected: str) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    text = f"def __call__(self, x):\n{lines}"
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("async def __call__(self, x):\n    return super().__call__(x)", DIFFERENT),
        ("def __call__():\n    return nn.Module.__call__()", DIFFERENT),
        ("def __call__(*args):\n    return nn.Module.__call__(*args)", DIFFERENT),
        ("__call__ = nn.Module.__call__", SAME),
        ("__call__ = load(nn.Module.__call__)", SAME),
        ("__call__ = load(nn.Module.__call__, 1)", DIFFERENT),
        ("__call__ = load.__call__", DIFFERENT),
        ("__call__ = load", DIFFERENT),
        ("__call__: load", SAME),
        ("__call__: load = nn.Module.__call__", SAME),
        ("__call__: load = load", DIFFERENT),
        ("from elsewhere import __call__", PERHAPS),
        ("class __call__: pass", PERHAPS),
        ("for __call__ in load: pass", PERHAPS),
        ("if load:\n    def __call__(self, x):\n        return x", DIFFERENT),
        (
            "if load:\n    def __call__(self, x):\n        return x\nelse:\n    def __call__(self, x):\n"
            "        return super().__call__(x)",
            PERHAPS,
        ),
    ],
)
def test_however_it_is_defined(body: str, expected: str) -> None:
    assert meaning(body) == expected
