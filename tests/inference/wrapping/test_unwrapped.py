"""FWD006: what is called on the module inside a wrapper, and what must stay silent."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from command_line import flake8, forward_call
from documents import code, notebook
from marked import written

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.wrapping import unwrapped as module
from flake8_forward_call.sources.source import Source

HEAD = """\
import torch
from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel as DDP
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
from accelerate import Accelerator
import deepspeed


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.ones(4))
        self.name = "net"

    def forward(self, x):
        return self.layer(x)

    def predict(self, x):
        return self(x)

    def deep(self, x):
        return self._deeper(x)

    def _deeper(self, x):
        return [self.layer(one) for one in x]

    def scaled(self, x):
        return x * self.scale

    def label(self):
        return self.name

    def width(self):
        return self.scale.shape, self.scale.device, self.layer.weight.dtype

    def count(self):
        return sum(one.numel() for one in self.parameters())


class Sub(Net):
    def predict(self, x):
        return super().predict(x) + 1


"""


def found(text: str) -> list[str]:
    """What is reported for the program: the code and the message."""
    source = Source("net.py", HEAD + textwrap.dedent(text))
    return [f"{one.code} {one.message}" for one in analyse(source) if one.code != "FWD001"]


def told(text: str) -> list[str]:
    """The calls that are reported."""
    return [one.split(" ")[1] for one in found(text) if one.startswith("FWD006 ")]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("ddp = DDP(Net())\nddp.module.predict(1)", "ddp.module.predict(...)"),
        ("ddp = DataParallel(Net())\nddp.module.predict(1)", "ddp.module.predict(...)"),
        ("fsdp = FSDP(Net())\nfsdp._fsdp_wrapped_module.predict(1)", "fsdp._fsdp_wrapped_module.predict(...)"),
        ("fsdp = FSDP(Net())\nfsdp.module.predict(1)", "fsdp.module.predict(...)"),
        ("engine, *_ = deepspeed.initialize(None, Net())\nengine.module.predict(1)", "engine.module.predict(...)"),
        ("net = Accelerator().prepare(Net())\nnet.module.predict(1)", "net.module.predict(...)"),
        ("acc = Accelerator()\nnet, a = acc.prepare(Net(), 1)\nnet.module.predict(1)", "net.module.predict(...)"),
        ("acc = Accelerator()\nnet = acc.prepare(Net())\nacc.unwrap_model(net).predict(1)",
         "acc.unwrap_model(net).predict(...)"),
        ("ddp = DDP(Net())\ninner = ddp.module\nagain = inner\nagain.predict(1)", "again.predict(...)"),
        ("net = Net()\nif torch:\n    net = DDP(net)\n(net.module if torch else net)\nnet.module.predict(1)",
         "net.module.predict(...)"),
        ("def f(ddp: DDP[Net] | None):\n    pass\nclass T:\n    def __init__(self):\n        self.ddp = DDP(Net())\n"
         "    def f(self):\n        self.ddp.module.predict(1)", "self.ddp.module.predict(...)"),
        ("class T:\n    def __init__(self):\n        self.ddp = DDP(Net())\n        self.inner = self.ddp.module\n"
         "    def f(self):\n        self.inner.predict(1)", "self.inner.predict(...)"),
        ("ddp = DDP(Sub())\nddp.module.predict(1)", "ddp.module.predict(...)"),
        ("ddp = DDP(Net())\nddp.module.deep(1)", "ddp.module.deep(...)"),
        ("ddp = DDP(Net())\nddp.module.scaled(1)", "ddp.module.scaled(...)"),
        ("from transformers import AutoModelForCausalLM\nfsdp = FSDP(AutoModelForCausalLM.from_pretrained('x'))\n"
         "fsdp.module.generate(1)", "fsdp.module.generate(...)"),
        ("with torch.no_grad():\n    fsdp = FSDP(Net())\n    fsdp.module.predict(1)", "fsdp.module.predict(...)"),
        ("ddp = DDP(Net())\nwith torch.no_grad():\n    pass\nddp.module.predict(1)", "ddp.module.predict(...)"),
    ],
)  # fmt: skip
def test_method_that_runs_the_module_inside_is_found(text: str, call: str) -> None:
    assert told(text) == [call]


ANY = ("label", "width", "count", "state_dict", "parameters", "to", "eval", "train", "save_pretrained", "forward",
       "requires_grad_", "load_state_dict", "named_modules", "apply", "unknown")  # fmt: skip


@pytest.mark.parametrize("name", ANY)
@pytest.mark.parametrize("wrapper", ["DDP", "FSDP", "DataParallel"])
def test_method_that_only_looks_is_not(name: str, wrapper: str) -> None:
    assert told(f"wrapped = {wrapper}(Net())\nwrapped.module.{name}(1)") == []


@pytest.mark.parametrize(
    "text",
    [
        # No wrapper, or none that is known.
        "class Box:\n    def __init__(self, module):\n        self.module = module\nBox(Net()).module.predict(1)",
        "def f(wrapped):\n    wrapped.module.predict(1)",
        "net = Net()\nnet.predict(1)",
        "ddp = DDP(Net())\nddp.predict(1)",
        "from elsewhere import unwrap_model\nunwrap_model(Net()).predict(1)",
        "avg = torch.optim.swa_utils.AveragedModel(Net())\navg.module.predict(1)",
        # What is inside is not known.
        "from elsewhere import load\nDDP(load()).module.predict(1)",
        # It may be the module itself.
        "ddp = DDP(Net())\ninner = Net() if torch else ddp.module\ninner.predict(1)",
        "ddp = DDP(Net())\ninner = ddp.module\ninner = Net()\ninner.predict(1)",
        # The code is right there.
        "ddp = DDP(Net())\nwith torch.no_grad():\n    ddp.module.predict(1)",
        "ddp = DDP(Net())\n@torch.inference_mode()\ndef f():\n    ddp.module.predict(1)",
        "@torch.no_grad\ndef f():\n    ddp = DDP(Net())\n    ddp.module.predict(1)",
        "ddp = DDP(Net())\nwith ddp.no_sync():\n    ddp.module.predict(1)",
        "fsdp = FSDP(Net())\nwith FSDP.summon_full_params(fsdp):\n    fsdp.module.predict(1)",
        "engine, *_ = deepspeed.initialize(None, Net())\nwith deepspeed.zero.GatheredParameters(1):\n"
        "    engine.module.predict(1)",
        "from torch.distributed.fsdp import register_fsdp_forward_method as patch\nacc = Accelerator()\n"
        "from torch.distributed import fsdp\nfsdp.register_fsdp_forward_method(net, 'predict')\n"
        "net = acc.prepare(Net())\nacc.unwrap_model(net).predict(1)",
        # A wrapper of one's own.
        "class Own(DDP):\n    def predict(self, x):\n        return self.module.predict(x)",
        # On purpose.
        "ddp = DDP(Net())\nddp.module.predict(1)  # bypasses the hooks on purpose",
        # Not called.
        "ddp = DDP(Net())\nprint(ddp.module.predict)",
        "ddp = DDP(Net())\nddp.module(1)",
    ],
)
def test_what_must_stay_silent(text: str) -> None:
    assert told(text) == []


LIBRARY = """\
# --- accelerate/__init__.py
from accelerate.accelerator import Accelerator
# --- accelerate/accelerator.py
class Accelerator:
    def unwrap_model(self, model):
        return model
"""


def test_what_is_installed_as_source_is_known_as_well(tmp_path: Path) -> None:
    written(tmp_path, LIBRARY + "# --- net.py\n" + HEAD + "acc = Accelerator()\nacc.unwrap_model(Net()).predict(1)\n")
    path = tmp_path / "net.py"
    assert [one.code for one in analyse(Source(str(path), path.read_text()))] == ["FWD006"]


def test_methods_that_call_each_other_end() -> None:
    program = """
    class Loop(nn.Module):
        def a(self):
            return self.b()

        def b(self):
            return self.a()

        def c(self):
            return self.forward(1)

    ddp = DDP(Loop())
    ddp.module.a()
    ddp.module.c()
    """
    assert told(program) == ["ddp.module.c(...)"]


def test_what_takes_too_long_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> bool:
        raise OutOfBudget

    monkeypatch.setattr(module, "runs_module", stop)
    assert told("ddp = DDP(Net())\nddp.module.predict(1)") == []


@pytest.mark.parametrize("text", ["f'{ddp.module.predict(1)}'", "f'é {ddp.module.predict(1)!r:>{ddp.module.deep(1)}}'"])
def test_place_in_a_string_is_right_or_nothing_is_reported(text: str) -> None:
    source = Source("net.py", f"{HEAD}ddp = DDP(Net())\n{text}\n")
    for one in analyse(source):
        name = source.text[source.offset(one.start) : source.offset(one.end)]
        assert f".{name}(...)" in one.message


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (
            "ddp = DDP(Net())\nddp.module.predict(1)",
            "bypasses DistributedDataParallel, so its gradients are not synchronised; "
            "let the module's forward() do this, and call ddp(...)",
        ),
        (
            "ddp = DDP(Net())\ninner = ddp.module\ninner.predict(1)",
            "let the module's forward() do this, and call the wrapper(...)",
        ),
        (
            "fsdp = FSDP(Net())\nfsdp.module.predict(1)",
            "use summon_full_params(), or fully_shard() with register_fsdp_forward_method(module, 'predict')",
        ),
        (
            "acc = Accelerator()\nacc.unwrap_model(acc.prepare(Net())).predict(1)",
            "or use register_fsdp_forward_method(module, 'predict') with FSDP2",
        ),
    ],
)
def test_message_says_what_is_lost_and_what_helps(text: str, remedy: str) -> None:
    (message,) = found(text)
    assert message.endswith(remedy)


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with one such call, and no `forward` or `__call__` in it."""
    monkeypatch.chdir(tmp_path)
    Path("nets.py").write_text(HEAD)
    Path("net.py").write_text("from nets import DDP, Net\n\nddp = DDP(Net())\ny = ddp.module.predict(\n    1,\n)\n")
    return Path("net.py")


def test_both_doors_report_it_if_they_are_asked(net: Path, tmp_path: Path) -> None:
    assert forward_call("check", "net.py").status == 0
    assert flake8("--select", "E9,F", "net.py", cwd=tmp_path).lines == []
    (line,) = forward_call("check", "--extend-select", "FWD006", "net.py").lines
    assert line.startswith("net.py:4:16: FWD006 ddp.module.predict(...) bypasses DistributedDataParallel, so ")
    assert flake8("net.py", cwd=tmp_path).lines == [line]


def test_it_is_never_rewritten(net: Path) -> None:
    before = net.read_text()
    done = forward_call("fix", "--select", "FWD", "--unsafe-fixes", "net.py")
    assert (done.status, net.read_text()) == (1, before)


def test_comment_at_the_name_of_the_method_silences_it(net: Path) -> None:
    net.write_text(net.read_text().replace("predict(", "predict(  # noqa: FWD006"))
    assert forward_call("check", "--select", "FWD", "--report-unused-noqa", "net.py").lines == []
    net.write_text(net.read_text().replace("module.predict", "predict"))
    assert "FWD100" in forward_call("check", "--select", "FWD", "--report-unused-noqa", "net.py").out


def test_the_same_second_run_reports_it_from_the_cache(net: Path) -> None:
    command = ("check", "--select", "FWD", "--cache-dir", "kept", "net.py")
    assert forward_call(*command).lines == forward_call(*command).lines != []


def test_explain_tells_of_it(net: Path) -> None:
    done = forward_call("explain", "net.py:4:16")
    assert (done.status, done.err) == (0, "")
    assert done.lines[0].startswith("net.py:4:16: FWD006 ddp.module.predict(...) bypasses")
    assert "  FWD006 is off by default; --extend-select FWD006 turns it on." in done.lines


def test_cell_of_a_notebook_is_its_place(tmp_path: Path, net: Path) -> None:
    book = tmp_path / "book.ipynb"
    book.write_text(notebook(code("from nets import DDP, Net"), code("ddp = DDP(Net())\nddp.module.predict(1)")))
    (line,) = forward_call("check", "--select", "FWD006", "book.ipynb").lines
    assert line.startswith("book.ipynb:cell 2:2:12: FWD006 ")


def test_baseline_knows_it_again_when_lines_move(net: Path) -> None:
    forward_call("check", "--select", "FWD", "--write-baseline", "known", "net.py")
    net.write_text("# new\n" + net.read_text())
    assert forward_call("check", "--select", "FWD", "--baseline", "known", "net.py").lines == []


@pytest.mark.parametrize(
    "inside",
    [
        "ddp.module if many else ddp",
        "ddp if not many else ddp.module",
        'ddp.module if hasattr(ddp, "module") else ddp',
        'getattr(ddp, "module", ddp)',
        'getattr(ddp, "module")',
    ],
)
def test_module_inside_if_there_is_a_wrapper(inside: str) -> None:
    one, other = found(f"ddp = DDP(Net())\nraw = {inside}\nraw.predict(1)\n({inside}).predict(1)\n")
    assert one.startswith("FWD006 raw.predict(...) bypasses DistributedDataParallel")
    assert " bypasses DistributedDataParallel" in other


@pytest.mark.parametrize(
    "inside",
    [
        "ddp.module if many else Net()",
        "Net() if many else net",
        "net.module if many else net",
        'net.module if hasattr(net, "module") else net',
        'getattr(net, "module", net)',
        'getattr(ddp, "module", net)',
        'getattr(ddp, "modules", ddp)',
        "getattr(ddp, name, ddp)",
        'Net.getattr(ddp, "module", ddp)',
    ],
)
def test_choice_between_other_objects_is_no_wrapper(inside: str) -> None:
    assert found(f"ddp, net = DDP(Net()), Net()\nraw = {inside}\nraw.predict(1)\n") == []


@pytest.mark.parametrize(
    "inside",
    ['getattr(model, "module", model)', '(model.module if hasattr(model, "module") else model)'],
    ids=["getattr", "hasattr"],
)
@pytest.mark.parametrize(
    "program",
    [
        "model = Net()\nif many:\n    model = DDP(model)\nINSIDE.predict(1)",
        "model = Net()\nif many:\n    model = DDP(model)\nmodel = INSIDE\nmodel.predict(1)",
        "def f(model: Net | DDP[Net]):\n    INSIDE.predict(1)",
        "def f(model: Net | DDP[Net]):\n    raw = INSIDE\n    raw.predict(1)",
        "def f(model):\n    INSIDE.predict(1)\nf(DDP(Net()) if many else Net())",
        "model = Accelerator().prepare(Net())\nINSIDE.predict(1)",
        "class T:\n    def __init__(self, model: Net | DDP):\n        self.raw = INSIDE\n"
        "    def g(self):\n        self.raw.predict(1)",
    ],
)
def test_what_may_be_a_wrapper_is_unwrapped_before_the_call(inside: str, program: str) -> None:
    (one,) = found(program.replace("INSIDE", inside))
    assert one.startswith("FWD006 ")


def test_getattr_of_the_file_itself_unwraps_nothing() -> None:
    program = "def getattr(*them):\n    return them[-1]\nddp = DDP(Net())\n"
    assert found(program + 'getattr(ddp, "module", ddp).predict(1)') == []


def test_choice_has_its_parentheses_in_the_message() -> None:
    (one,) = found("a = DDP(Net())\n(a.module if many else a).predict(1)")
    assert one.startswith("FWD006 (a.module if many else a).predict(...) bypasses DistributedDataParallel")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_string_is_enough_for_the_file_to_be_read(net: Path, quote: str) -> None:
    inside = f"getattr(ddp, {quote}module{quote}, ddp)"
    net.write_text(f"from nets import DDP, Net\n\nddp = DDP(Net())\n{inside}.predict(1)\n")
    assert len(forward_call("check", "--select", "FWD006", "net.py").lines) == 1
