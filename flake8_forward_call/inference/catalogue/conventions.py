"""The results of functions whose source does not show them: they look something up by a string, or wrap anything.

Each entry has the parameters, the notation of the result, and the page that documents it. A result ``~args`` of
``*args`` is the single argument, or a tuple of several. The builder fails if the package no longer has one of them.
"""

from __future__ import annotations

_PRETRAINED = "Opaque[transformers.modeling_utils.PreTrainedModel]"

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
}
