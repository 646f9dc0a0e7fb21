"""What PyTorch and related packages build on hooks: the call that attaches it to a module, and what a bypass skips.

Not listed, because they do not use hooks: ``torch.nn.utils.parametrizations`` (the weight is a property, computed
when it is read), ``DistributedDataParallel`` and FSDP1 (their work is in their own ``forward``), and accelerate's
hooks, which replace ``forward`` itself. Each entry was read in the source of torch 2.13 or of the package named.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Reach(enum.Enum):
    """Which modules get the hooks: the given one, all below it, or both."""

    ITSELF = "itself"
    BELOW = "below"
    TREE = "tree"


@dataclass(frozen=True, slots=True)
class Attacher:
    """A function that attaches hooks: its module parameter, the modules it reaches, and what it adds, as a clause."""

    effect: str
    index: int = 0
    parameter: str = "module"
    reach: Reach = Reach.ITSELF
    prefix: str = ""


_WEIGHT = "recomputes the weight in a forward pre-hook"
_GATHER = "gathers the parameters in a forward pre-hook"
_OBSERVE = "puts observers into forward hooks"
_PRUNE = "applies the mask to the weight in a forward pre-hook"

# The key is the function's own name. ``prefix`` is the start of its full name, however it is imported.
_FUNCTIONS: dict[str, Attacher] = {
    # docs.pytorch.org/docs/stable/generated/torch.nn.utils.{weight_norm,spectral_norm}.html
    "weight_norm": Attacher(_WEIGHT, prefix="torch.nn.utils.weight_norm"),
    "spectral_norm": Attacher(_WEIGHT, prefix="torch.nn.utils.spectral_norm"),
    # docs.pytorch.org/tutorials/intermediate/pruning_tutorial.html
    **{
        name: Attacher(_PRUNE, prefix="torch.nn.utils.prune.")
        for name in (
            "identity", "random_unstructured", "l1_unstructured", "random_structured", "ln_structured",
            "custom_from_mask",
        )
    },
    "global_unstructured": Attacher(_PRUNE, parameter="parameters", prefix="torch.nn.utils.prune."),
    # docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html
    "fully_shard": Attacher(_GATHER, prefix="torch.distributed."),
    # deepspeed.readthedocs.io/en/latest/zero3.html; the stage is in a configuration that is not Python.
    "initialize": Attacher(f"under ZeRO-3 {_GATHER}", 1, "model", Reach.TREE, "deepspeed."),
    # docs.pytorch.org/docs/stable/quantization.html
    "prepare": Attacher(_OBSERVE, parameter="model", reach=Reach.BELOW, prefix="torch.ao.quantization."),
    "prepare_qat": Attacher(_OBSERVE, parameter="model", reach=Reach.BELOW, prefix="torch.ao.quantization."),
}  # fmt: skip

# docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
_METHODS: dict[str, Attacher] = {
    "register_forward_pre_hook": Attacher("adds a forward pre-hook"),
    "register_forward_hook": Attacher("adds a forward hook"),
    "register_full_backward_pre_hook": Attacher("adds a backward pre-hook"),
    "register_full_backward_hook": Attacher("adds a backward hook"),
    "register_backward_hook": Attacher("adds a backward hook"),
    "compile": Attacher("puts compiled code into the call"),
}

# The base of nn.LazyLinear and similar classes:
# docs.pytorch.org/docs/stable/generated/torch.nn.modules.lazy.LazyModuleMixin.html
LAZY_CLASS = "torch.nn.modules.lazy.LazyModuleMixin"
LAZY_EFFECT = "creates its parameters in a forward pre-hook"


def function(dotted: str) -> Attacher | None:
    """The entry of a function by its full dotted name, wherever it is defined or imported from."""
    found = _FUNCTIONS.get(dotted.rpartition(".")[2])
    return found if found is not None and dotted.startswith(found.prefix) else None


def method(name: str) -> Attacher | None:
    """The entry of a method of modules by its name."""
    return _METHODS.get(name)


# The names of all functions and methods that attach hooks.
NAMES = (*_FUNCTIONS, *_METHODS)

# The names that are searched for in the whole project, each with another word that occurs in such a file.
# ``weight_norm`` and similar functions are applied where the module is created; ``compile`` has many other meanings.
FAR = {
    "fully_shard": "",
    "initialize": "deepspeed",
    "prepare": "quantization",
    "prepare_qat": "quantization",
    "global_unstructured": "prune",
    **{name: "" for name in _METHODS if name != "compile"},
}
