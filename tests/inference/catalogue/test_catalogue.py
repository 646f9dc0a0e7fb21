"""What is known of torch where torch is not read, and the notation that it is written in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from inferring import DIFFERENT, HEAD, NOT_MODULE, SAME, UNREAD, type_of, verdict
from inferring import UNKNOWN as UNKNOWN_STANDING

from flake8_forward_call.inference.catalogue import (
    MODULE_CLASS,
    Catalogue,
    ClassEntry,
    FunctionEntry,
    Package,
    ValueEntry,
    notation,
)
from flake8_forward_call.inference.catalogue.look_alikes import is_look_alike, is_standard
from flake8_forward_call.inference.catalogue.package import Alias, Entry, write
from flake8_forward_call.inference.catalogue.releases import RELEASES
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.types import (
    NEVER,
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    Builtin,
    ClassObject,
    Function,
    Instance,
    Managed,
    Many,
    Mapping,
    Origin,
    Slot,
    Tuple,
    Type,
    slots_in,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(Project(Catalogue()))


@pytest.mark.parametrize(
    ("dotted", "name"),
    [
        ("torch.nn.Module", MODULE_CLASS),
        ("torch.nn.modules.Module", MODULE_CLASS),
        ("torch.nn.Linear", "torch.nn.modules.linear.Linear"),
        ("torch.nn.modules.Linear", "torch.nn.modules.linear.Linear"),
        ("torch.nn.modules.linear.Linear", "torch.nn.modules.linear.Linear"),
        ("torch.nn.DataParallel", "torch.nn.parallel.data_parallel.DataParallel"),
        ("torch.nn.parallel.DistributedDataParallel", "torch.nn.parallel.distributed.DistributedDataParallel"),
        ("torch.optim.swa_utils.AveragedModel", "torch.optim.swa_utils.AveragedModel"),
        ("torch.ao.nn.quantized.Linear", "torch.ao.nn.quantized.modules.linear.Linear"),
        ("torch.nn.quantized.Linear", "torch.ao.nn.quantized.modules.linear.Linear"),
        ("torch.ao.quantization.QuantStub", "torch.ao.quantization.stubs.QuantStub"),
        ("torch.quantization.QuantStub", "torch.ao.quantization.stubs.QuantStub"),
        ("torch.fx.GraphModule", "torch.fx.graph_module.GraphModule"),
        ("torch.jit.ScriptModule", "torch.jit._script.ScriptModule"),
        ("torch.distributed.fsdp.FullyShardedDataParallel",
         "torch.distributed.fsdp.fully_sharded_data_parallel.FullyShardedDataParallel"),
    ],
)  # fmt: skip
def test_each_public_name_of_a_module_class_leads_to_it(evaluator: Evaluator, dotted: str, name: str) -> None:
    kind = evaluator.namespace(dotted)
    assert isinstance(kind, ClassObject)
    assert kind.cls.dotted == name
    assert evaluator.hierarchy.standing(kind.cls) is Standing.MODULE
    assert evaluator.hierarchy.meaning_of_call(kind.cls) is Sameness.SAME


@pytest.mark.parametrize(
    "dotted",
    ["torch.nn.functional.relu", "torch.nn.Parameter", "torch.optim.SGD", "torch.optim.swa_utils.SWALR", "torch.Tensor",
     "torch.autograd.Function", "torch.fx.Interpreter", "torch.utils.data.DataLoader", "torch.device",
     "torch.nn.init.zeros_", "torch.hub.load", "torch.load", "torch.export.ExportedProgram"],
)  # fmt: skip
def test_nothing_else_is_a_module_class(evaluator: Evaluator, dotted: str) -> None:
    kind = evaluator.namespace(dotted)
    assert not isinstance(kind, ClassObject) or evaluator.hierarchy.standing(kind.cls) is not Standing.MODULE


@pytest.mark.parametrize(
    "call",
    ["torch.nn.utils.weight_norm({})", "torch.nn.utils.spectral_norm({})", "torch.nn.utils.remove_weight_norm({})",
     "torch.compile({})", "torch.jit.script({})", "torch.jit.trace({}, 1)", "torch.quantization.quantize_dynamic({})",
     "torch.nn.utils.prune.l1_unstructured({}, 'weight')", "nn.utils.fuse_linear_bn_eval({}, None)"],
)  # fmt: skip
def test_what_wraps_a_module_gives_its_argument(call: str) -> None:
    layer = type_of("found = nn.Linear(1, 1)")
    assert isinstance(layer, Instance)
    found = type_of(f"found = {call.format('nn.Linear(1, 1)')}")
    assert isinstance(found, Instance)
    assert found.cls.dotted == layer.cls.dotted
    assert verdict(f"{call.format('load()')}.forward(1)") == "unknown"


def test_exported_program_gives_a_module() -> None:
    found = type_of("found = torch.export.export(nn.Linear(1, 1), (1,)).module()")
    assert isinstance(found, Instance)
    assert found.cls.dotted == "torch.fx.graph_module.GraphModule"


def entries(package: Package) -> dict[str, Entry]:
    return {name: entry for name in package.names() for entry in [package.entry(name)] if entry is not None}


def texts(package: Package) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each type in a package's data: whose it is, its text, the parameters that it may name."""
    for name, entry in entries(package).items():
        if isinstance(entry, ValueEntry):
            yield name, entry.type, ()
        elif isinstance(entry, FunctionEntry):
            yield name, entry.returns, entry.parameters
        elif isinstance(entry, ClassEntry):
            yield from ((name, text, entry.parameters or ()) for text in entry.attributes.values())
            yield from ((f"{name}.{one}", text, given) for one, (given, text) in entry.methods.items())


def bundled() -> list[str]:
    return [name for _, names in RELEASES for name in names]


def package_of(name: str) -> Package:
    package = Catalogue().package(name)
    assert package is not None
    return package


@pytest.mark.parametrize("name", bundled())
def test_every_name_in_the_data_is_found_in_order(name: str) -> None:
    package = package_of(name)
    names = list(package.names())
    assert names == sorted(set(names))
    assert all(one.startswith(f"{name}.") for one in names)
    assert set(entries(package)) == set(names)


@pytest.mark.parametrize("name", bundled())
def test_every_base_and_every_other_name_in_the_data_leads_somewhere(name: str) -> None:
    known = Catalogue()
    for dotted, entry in entries(package_of(name)).items():
        if isinstance(entry, ClassEntry):
            lost = [base for base in entry.bases if base and not isinstance(known.resolve(base), ClassEntry)]
            assert not lost, dotted
            assert entry.call is None or Sameness(entry.call)
        elif isinstance(entry, Alias) and known.resolve(entry.target) is None:
            target = known.package(entry.target.partition(".")[0])
            assert target is not None, dotted


@pytest.mark.parametrize("name", bundled())
def test_every_type_in_the_data_can_be_read(name: str, evaluator: Evaluator) -> None:
    for owner, text, given in texts(package_of(name)):
        kind = notation.read(text, owner, evaluator.global_name)
        assert kind not in (NEVER, UNKNOWN), (owner, text)
        assert {one.name for one in slots_in(kind) if one != notation.SELF} <= {one.lstrip("*") for one in given}, (
            owner,
            text,
        )


def types(evaluator: Evaluator) -> list[tuple[Type, str]]:
    linear = evaluator.known_class("torch.nn.modules.linear.Linear")
    assert linear is not None
    net, opaque = Instance(linear, Origin.DECLARED), Instance(linear, Origin.FOREIGN)
    text = linear.dotted
    return [
        (net, text),
        (opaque, f"Opaque[{text}]"),
        (ClassObject(linear, Origin.DECLARED), f"type[{text}]"),
        (NONE, "None"),
        (PLAIN, "Plain"),
        (UNKNOWN, "Any"),
        (notation.SELF, "Self"),
        (Slot("f", "model"), "~model"),
        (union([net, NONE]), f"{text} | None"),
        (Many(net), f"list[{text}]"),
        (Mapping(PLAIN, net), f"dict[Plain, {text}]"),
        (Tuple((net, PLAIN)), f"tuple[{text}, Plain]"),
        (Tuple((net,)), f"tuple[{text}]"),
        (Tuple(()), "tuple[()]"),
        (Awaitable(net), f"Awaitable[{text}]"),
        (Managed(notation.SELF), "Managed[Self]"),
        (Many(Tuple((PLAIN, union([net, NONE])))), f"list[tuple[Plain, {text} | None]]"),
    ]


def test_notation_gives_back_what_was_written(evaluator: Evaluator) -> None:
    for kind, text in types(evaluator):
        assert notation.write(kind, "f") == text
        assert notation.read(text, "f", evaluator.global_name) == kind


def test_notation_has_no_word_for_the_rest(evaluator: Evaluator) -> None:
    assert notation.write(Builtin("len"), "f") == "Any"
    assert notation.write(NEVER, "f") == "Any"
    assert notation.write(Slot("g", "model"), "f") == "Any"
    assert notation.write(Slot("g", "model", PLAIN), "f") == "Plain"
    assert notation.write(Slot("g", "a", Slot("h", "b")), "f") == "Any"
    for text in ("Any", "no.such.Class", "list[int, str]", "unheard[Plain]", "type[Plain]", "1 + 1 if 2 else 3"):
        assert notation.read(text, "f", evaluator.global_name) in (UNKNOWN, union([UNKNOWN]))
    assert isinstance(Function(ast.parse("lambda: 1", mode="eval").body, None), Function)  # type: ignore[arg-type]


FACTS = {
    "pack.A": "pack.b.B",
    "pack.L": "torch.nn.Linear",
    "pack.loop": "pack.loop",
    "pack.nn": "torch.nn",
    "pack.other": "pack.b.make",
    "pack.other.A": "pack.b.B",
    "pack.sub": "pack.other",
    "pack.b.B": {
        "bases": [MODULE_CLASS],
        "parameters": ["inner"],
        "attributes": {"inner": "~inner"},
        "methods": {"itself": [[], "Self"], "first": [["many"], "~many"]},
        "call": "different",
    },
    "pack.b.I": {"bases": [MODULE_CLASS], "interface": True},
    "pack.b.C": {"bases": [None]},
    "pack.b.P": {},
    "pack.b.make": [["inner"], "pack.b.B"],
}


def made_up() -> Catalogue:
    pack = Package(write("pack", "1.0", FACTS).encode())
    return Catalogue({"pack": pack, "torch": package_of("torch")})


def test_facts_are_found_in_their_text() -> None:
    package = Package(write("pack", "1.0", FACTS).encode())
    assert (package.name, package.version) == ("pack", "1.0")
    assert list(package.names()) == sorted(FACTS)
    for name, fact in FACTS.items():
        entry = package.entry(name)
        assert entry is package.entry(name)
        kind = Alias if isinstance(fact, str) else FunctionEntry if isinstance(fact, list) else ClassEntry
        assert isinstance(entry, kind)
    for name in ("", "pack", "pack.b", "pack.b.", "pack.b.B\t", "pack.z", "zebra", "pack.b.\N{SNOWMAN}"):
        assert package.entry(name) is None


def test_package_without_facts() -> None:
    package = Package(write("pack", "1.0", {}).encode())
    assert package.entry("pack.A") is None
    assert not package.holds("pack")
    assert list(package.names()) == []


def test_resolves_over_reexports_and_not_for_ever() -> None:
    catalogue = made_up()
    assert isinstance(catalogue.resolve("pack.A"), ClassEntry)
    assert isinstance(catalogue.resolve("pack.b.make"), FunctionEntry)
    for name in ("pack.loop", "pack.nothing", "pack", "other.A", ""):
        assert catalogue.resolve(name) is None
    assert catalogue.namespace("pack.sub") == "pack.other"
    assert catalogue.namespace("pack.other") == "pack.other"
    assert catalogue.namespace("pack.nn") == "torch.nn"
    linear = catalogue.resolve("pack.L")
    assert linear is not None
    assert linear.name == "torch.nn.modules.linear.Linear"
    assert catalogue.namespace("elsewhere.sub") == "elsewhere.sub"


def test_bundles_nothing_under_strange_names() -> None:
    for name in ("no_such_package", "..", "", "../torch", "notation"):
        assert Catalogue().package(name) is None
    assert isinstance(Catalogue().package("torch"), Package)


def test_evaluates_by_a_catalogue() -> None:
    tree = ast.parse(
        HEAD + "import pack\nfrom pack import A\nfrom pack.b import make, I, C\n"
        "a = A(nn.Linear(1, 1))\nb = a.inner\nc = a.itself().itself()\nd = make(1)\ne = a.first(3)\nf = pack.sub\n"
    )
    file, ev = File("net.py", tree, "net"), Evaluator(Project(made_up()))

    def named(name: str) -> str:
        kind = ev.global_of(file, name)
        assert kind is not None
        return notation.write(kind, "")

    assert [named(name) for name in "abcde"] == [
        "pack.b.B",
        "torch.nn.modules.linear.Linear",
        "pack.b.B",
        "pack.b.B",
        "Plain",
    ]
    known = ev.known_class("pack.b.B"), ev.known_class("pack.b.I"), ev.known_class("pack.b.C")
    meanings = [ev.hierarchy.meaning_of_call(cls) for cls in known if cls is not None]
    assert meanings == [Sameness.DIFFERENT, Sameness.DIFFERENT, Sameness.PERHAPS]
    assert [ev.hierarchy.standing(cls) for cls in known if cls is not None] == [
        Standing.MODULE,
        Standing.MODULE,
        Standing.UNKNOWN,
    ]
    assert "pack.b.B" in repr(known[0])
    assert ev.known_class("pack.b.make") is None


@pytest.mark.parametrize(("release", "packages"), RELEASES)
def test_every_release_is_bundled_in_its_version(release: str, packages: tuple[str, ...]) -> None:
    for name in packages:
        package = package_of(name)
        assert (package.name, package.version) == (name, release.partition("==")[2])


def test_nothing_is_bundled_that_no_release_gives() -> None:
    assert notation.__file__ is not None
    assert {path.stem for path in Path(notation.__file__).parent.glob("*.tsv")} == set(bundled())


def test_what_is_bundled_is_no_look_alike() -> None:
    assert not [name for name in bundled() if is_look_alike(name) or is_standard(name)]


@pytest.mark.parametrize(
    ("line", "base"),
    [
        ("import pytorch_lightning as pl", "pl.LightningModule"),
        ("import lightning as L", "L.LightningModule"),
        ("from lightning.pytorch import LightningModule", "LightningModule"),
        ("from torchmetrics import Metric", "Metric"),
        ("from torch_geometric.nn import MessagePassing", "MessagePassing"),
        ("from torchvision.models import ResNet", "ResNet"),
        ("import timm", "timm.models.vision_transformer.VisionTransformer"),
        ("from tensordict.nn import TensorDictModuleBase", "TensorDictModuleBase"),
        ("from mmengine.model import BaseModule", "BaseModule"),
        ("from trainer import TrainerModel", "TrainerModel"),
    ],
)
def test_class_that_derives_from_a_known_package(line: str, base: str) -> None:
    program = f"{line}\nclass Net({base}):\n    def predict(self, x):\n        return self.forward(x)\n"
    assert verdict(program) == SAME


@pytest.mark.parametrize("name", ["kernels.Kernel", "likelihoods.Likelihood", "models.ExactGP", "Module"])
def test_gpytorch_gives_calling_another_meaning(name: str) -> None:
    assert verdict(f"import gpytorch\ndef f(k: gpytorch.{name}, x):\n    return k.forward(x)\n") == DIFFERENT


LOOK_ALIKES = ["paddle.nn.Layer", "mindspore.nn.Cell", "chainer.Chain", "mxnet.gluon.Block", "oneflow.nn.Module",
               "jittor.Module", "keras.layers.Layer", "tensorflow.keras.Model",
               "tensorflow_probability.bijectors.Bijector", "flax.linen.Module", "haiku.Module", "equinox.Module",
               "mlx.nn.Module", "distrax.Bijector",
               "numpyro.distributions.transforms.Transform"]  # fmt: skip


@pytest.mark.parametrize("base", LOOK_ALIKES)
def test_class_of_another_framework_is_no_module(base: str) -> None:
    top, _, name = base.rpartition(".")
    programs = [
        f"import {top}\nclass Net({base}):\n    def predict(self, x):\n        return self.forward(x)\n",
        f"from {top} import {name}\nclass Base({name}): ...\nclass Net(Base): ...\nNet().forward(1)\n",
        f"from {top} import {name} as Made\nMade(1).forward(1)\n",
        f"import {top} as top\ndef f(net: top.{name}):\n    return net.forward(1)\n",
    ]
    assert [verdict(program) for program in programs] == [NOT_MODULE] * 4


def test_class_of_one_framework_or_another_is_not_known() -> None:
    program = """
        if flag:
            from torch import nn
        else:
            from oneflow import nn
        class Net(nn.Module):
            def predict(self, x):
                return self.forward(x)
        """
    assert verdict(program) == UNKNOWN_STANDING


def test_data_is_no_module_and_what_a_loader_gives_is_not_known() -> None:
    assert verdict("import numpy as np\nclass A(np.ndarray): ...\nA().forward()\n") == NOT_MODULE
    assert verdict("import numpy as np\nnp.load('a').forward()\n") == UNKNOWN_STANDING


def test_mixin_without_a_call_of_its_own_leaves_no_doubt() -> None:
    for line in (
        "from sklearn.base import BaseEstimator as Mixin",
        "from huggingface_hub import PyTorchModelHubMixin as Mixin",
    ):
        assert verdict(f"{line}\nclass Net(Mixin, nn.Module): ...\nNet().forward(1)\n") == SAME
    program = "from sklearn.gaussian_process.kernels import RBF\nclass Net(RBF, nn.Module): ...\nNet().forward(1)\n"
    assert verdict(program) == DIFFERENT


def test_what_is_prepared_comes_back_in_its_order() -> None:
    head = "from accelerate import Accelerator\nnet, loader = nn.Linear(1, 1), load()\nacc = Accelerator()\n"
    assert verdict(f"{head}net = acc.prepare(net)\nnet.forward(1)\n") == SAME
    assert verdict(f"{head}loader, net = acc.prepare(loader, net)\nnet.forward(1)\n") == SAME
    assert verdict(f"{head}loader, net = acc.prepare(loader, net)\nloader.forward(1)\n") == UNKNOWN_STANDING
    assert verdict(f"{head}net, = acc.prepare(*load())\nnet.forward(1)\n") == UNKNOWN_STANDING
    assert verdict(f"{head}acc.unwrap_model(model=net).forward(1)\n") == SAME


DERIVED = "class Net({}): ...\nNet().forward(1)"


@pytest.mark.parametrize(
    ("line", "base", "expected"),
    [
        ("from transformers import PreTrainedModel", "PreTrainedModel", SAME),
        ("from transformers.models.llama.modeling_llama import LlamaAttention", "LlamaAttention", SAME),
        ("from transformers import AutoModel", "AutoModel", NOT_MODULE),
        ("from transformers import PretrainedConfig", "PretrainedConfig", NOT_MODULE),
        ("from transformers import Trainer", "Trainer", NOT_MODULE),
        ("from transformers import PreTrainedTokenizer", "PreTrainedTokenizer", NOT_MODULE),
        ("from diffusers import ConfigMixin, ModelMixin", "ModelMixin, ConfigMixin", SAME),
        ("from diffusers import DiffusionPipeline", "DiffusionPipeline", NOT_MODULE),
        ("from diffusers import DDPMScheduler", "DDPMScheduler", NOT_MODULE),
        ("from peft import PeftModel", "PeftModel", SAME),
        ("from peft import LoraConfig", "LoraConfig", NOT_MODULE),
        ("from botorch.models import SingleTaskGP", "SingleTaskGP", DIFFERENT),
        ("from monai.networks.nets import UNet", "UNet", SAME),
        ("from monai.transforms import Transform", "Transform", NOT_MODULE),
        ("from pyro.nn import PyroModule", "PyroModule[nn.Linear]", SAME),
        ("from sentence_transformers import SentenceTransformer", "SentenceTransformer", SAME),
        ("import segmentation_models_pytorch as smp", "smp.Unet", SAME),
        ("from ultralytics import YOLO", "YOLO", DIFFERENT),
        ("from torchvision.transforms import Compose", "Compose", NOT_MODULE),
        ("from mmdet.models import BaseDetector", "BaseDetector", SAME),
        ("from stable_baselines3 import PPO", "PPO", NOT_MODULE),
        ("from stable_baselines3.common.torch_layers import BaseFeaturesExtractor", "BaseFeaturesExtractor", SAME),
        ("from skorch import NeuralNet", "NeuralNet", NOT_MODULE),
        ("import speechbrain as sb", "sb.Brain", NOT_MODULE),
        ("from pyannote.audio import Model", "Model", SAME),
        ("from nflows.flows import Flow", "Flow", SAME),
    ],
)  # fmt: skip
def test_standing_of_what_people_derive_from(line: str, base: str, expected: str) -> None:
    assert verdict(f"{line}\n{DERIVED.format(base)}\n") == expected


@pytest.mark.parametrize(
    ("line", "receiver", "expected"),
    [
        ("from transformers import HubertModel", "HubertModel.from_pretrained('x')", SAME),
        ("from transformers import AutoModel", "AutoModel.from_pretrained('x')", SAME),
        ("from transformers import AutoModel", "AutoModel.from_pretrained('x', trust_remote_code=True)", UNREAD),
        ("from diffusers import UNet2DConditionModel", "UNet2DConditionModel.from_pretrained('x')", SAME),
        ("import torch", "torch.hub.load('repository', 'model')", UNREAD),
        ("import torch", "torch.jit.load('x')", SAME),
        ("import torchaudio", "torchaudio.pipelines.HUBERT_BASE.get_model()", SAME),
        ("import torchaudio", "torchaudio.models.hubert_pretrain_model()", SAME),
        ("from torchvision.models.feature_extraction import create_feature_extractor as cut", "cut(1, 2)", SAME),
        ("from torchvision import models", "models.resnet18().layer1", SAME),
        ("import timm", "timm.create_model('x')", SAME),
        ("import open_clip", "open_clip.create_model('x')", SAME),
        ("import segmentation_models_pytorch as smp", "smp.create_model('x')", SAME),
        ("from huggingface_hub import PyTorchModelHubMixin as Mixin\nclass Net(nn.Module, Mixin): ...",
         "Net.from_pretrained('x')", SAME),
    ],
)  # fmt: skip
def test_standing_of_what_factories_give(line: str, receiver: str, expected: str) -> None:
    assert verdict(f"{line}\n{receiver}.forward(1)\n") == expected
