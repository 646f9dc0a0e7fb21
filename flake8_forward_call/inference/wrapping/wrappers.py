"""The wrappers that are known, what a method called on the module inside them misses, and what helps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One kind of wrapper: its name in messages, what is lost, and the remedy with ``{wrapper}`` and ``{method}``.

    ``needs_gradients``: without gradients, nothing that matters is lost. ``guards`` are context managers inside which
    the call is right, by the last part of their names.
    """

    name: str
    loss: str
    remedy: str
    needs_gradients: bool = False
    guards: frozenset[str] = frozenset()


# https://docs.pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html
DDP = Wrapper(
    "DistributedDataParallel",
    "its gradients are not synchronised",
    "let the module's forward() do this, and call {wrapper}(...)",
    needs_gradients=True,
    guards=frozenset({"no_sync"}),
)
# https://docs.pytorch.org/docs/stable/generated/torch.nn.DataParallel.html
DATA_PARALLEL = Wrapper(
    "DataParallel",
    "it runs on one device only",
    "let the module's forward() do this, and call {wrapper}(...)",
    needs_gradients=True,
)
# https://docs.pytorch.org/docs/stable/fsdp.html
# https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html
FSDP1 = Wrapper(
    "FullyShardedDataParallel",
    "the parameters that it uses are not gathered",
    "use summon_full_params(), or fully_shard() with register_fsdp_forward_method(module, '{method}')",
    guards=frozenset({"summon_full_params"}),
)
# https://deepspeed.readthedocs.io/en/latest/zero3.html
DEEPSPEED = Wrapper(
    "DeepSpeedEngine",
    "parameters of its own are not gathered under ZeRO-3",
    "let the module's forward() do this, or use deepspeed.zero.GatheredParameters",
    guards=frozenset({"GatheredParameters"}),
)
# https://huggingface.co/docs/accelerate/package_reference/accelerator
ACCELERATE = Wrapper(
    "the wrapper of Accelerator.prepare()",
    "gradients are not synchronised and sharded parameters not gathered",
    "let the module's forward() do this, or use register_fsdp_forward_method(module, '{method}') with FSDP2",
    guards=frozenset({"summon_full_params", "GatheredParameters", "no_sync"}),
)

# By the dotted name of the class.
CLASSES: dict[str, Wrapper] = {
    "torch.nn.parallel.distributed.DistributedDataParallel": DDP,
    "torch.nn.parallel.data_parallel.DataParallel": DATA_PARALLEL,
    "torch.distributed.fsdp.fully_sharded_data_parallel.FullyShardedDataParallel": FSDP1,
    "deepspeed.runtime.engine.DeepSpeedEngine": DEEPSPEED,
}

# The attributes under which they keep the module.
INSIDE = frozenset({"module", "_fsdp_wrapped_module"})

# Functions that return what is in a wrapper, and functions that wrap what they get, by dotted name.
UNWRAPPERS: dict[str, Wrapper] = {
    "accelerate.accelerator.Accelerator.unwrap_model": ACCELERATE,
    "accelerate.utils.other.extract_model_from_parallel": ACCELERATE,
}
PREPARERS: dict[str, Wrapper] = {
    "accelerate.accelerator.Accelerator.prepare": ACCELERATE,
    "accelerate.accelerator.Accelerator.prepare_model": ACCELERATE,
}

# What patches a method so that the wrapper takes part in it.
PATCHES = frozenset({"register_fsdp_forward_method", "mark_forward_method"})

# Context managers and decorators without gradients, by the last part of their names.
WITHOUT_GRADIENTS = frozenset({"no_grad", "inference_mode"})
