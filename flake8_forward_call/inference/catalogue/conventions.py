"""Results of functions and attributes of classes that source does not show: what a string looks up, what is wrapped.

Each entry of a function has its parameters, the notation of its result, and the page that documents it. A result
``~args`` of ``*args`` is the single argument, or a tuple of several. The builder fails if the package no longer has one
of them.
"""

from __future__ import annotations

_PRETRAINED = "Opaque[transformers.modeling_utils.PreTrainedModel]"
_FSDP = "torch.distributed.fsdp.fully_sharded_data_parallel.FullyShardedDataParallel"
_CHECKPOINT = "torch.distributed.algorithms._checkpoint.checkpoint_wrapper"

RETURNS: dict[str, tuple[list[str], str]] = {
    # By convention, an entry point in `hubconf.py` is a function that returns a module, but nothing enforces it:
    # https://docs.pytorch.org/docs/stable/hub.html
    "torch.hub.load": ([], "Opaque[torch.nn.modules.module.Module]"),
    # It calls itself for each child, which has another class than the module:
    # https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.named_modules
    "torch.nn.modules.module.Module.named_modules": ([], "list[tuple[Plain, torch.nn.modules.module.Module]]"),
    # The class is in the configuration of the checkpoint:
    # https://huggingface.co/docs/transformers/model_doc/auto
    "transformers.models.auto.auto_factory._BaseAutoModelClass.from_pretrained": ([], _PRETRAINED),
    "transformers.models.auto.auto_factory._BaseAutoModelClass.from_config": ([], _PRETRAINED),
    # The arguments, wrapped for the current machine, in the same order; and what was wrapped:
    # https://huggingface.co/docs/accelerate/package_reference/accelerator
    "accelerate.accelerator.Accelerator.prepare": (["*args"], "~args"),
    "accelerate.accelerator.Accelerator.prepare_model": (["model"], "~model"),
    "accelerate.accelerator.Accelerator.unwrap_model": (["model"], "~model"),
    "accelerate.utils.other.extract_model_from_parallel": (["model"], "~model"),
    # The wrapper passes everything on to the module, and has the names of its attributes:
    # https://docs.pytorch.org/docs/stable/checkpoint.html
    f"{_CHECKPOINT}.checkpoint_wrapper": (["module"], "~module"),
    f"{_CHECKPOINT}.offload_wrapper": (["module"], "~module"),
    # The engine that trains the model: https://deepspeed.readthedocs.io/en/latest/initialize.html
    "deepspeed.initialize": (
        ["args", "model"],
        "tuple[Made[deepspeed.runtime.engine.DeepSpeedEngine, ~model], Any, Any, Any]",
    ),
}

# The attributes under which wrappers keep the module that they wrap, which is always a module.
ATTRIBUTES: dict[str, str] = {
    # https://docs.pytorch.org/docs/stable/generated/torch.nn.DataParallel.html
    "torch.nn.parallel.data_parallel.DataParallel.module": "Wrapped[~module]",
    # https://docs.pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html
    "torch.nn.parallel.distributed.DistributedDataParallel.module": "Wrapped[~module]",
    # https://docs.pytorch.org/docs/stable/fsdp.html
    f"{_FSDP}.module": "Wrapped[~module]",
    f"{_FSDP}._fsdp_wrapped_module": "Wrapped[~module]",
    # https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema
    "torch.optim.swa_utils.AveragedModel.module": "Wrapped[~model]",
    # https://docs.pytorch.org/docs/stable/generated/torch.compile.html
    "torch._dynamo.eval_frame.OptimizedModule._orig_mod": "Wrapped[~mod]",
    f"{_CHECKPOINT}.ActivationWrapper._checkpoint_wrapped_module": "Wrapped[~mod]",
    # https://deepspeed.readthedocs.io/en/latest/training.html
    "deepspeed.runtime.engine.DeepSpeedEngine.module": "Wrapped[~model]",
    # A module that is wrapped in place, or whose wrapper counts as the module itself (``torch.compile``), has these.
    "torch.nn.modules.module.Module._orig_mod": "Self",
    "torch.nn.modules.module.Module._fsdp_wrapped_module": "Self",
    "torch.nn.modules.module.Module._checkpoint_wrapped_module": "Self",
}
