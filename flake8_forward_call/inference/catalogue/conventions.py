"""What functions give where no reading of their source can follow: they look it up by a text, or wrap at will.

Each stands here with its parameters, the notation of its result, and the page that says so. A result ``~args`` of
``*args`` is the one argument, or a tuple of all. The builder fails if the package no longer has one of them.
"""

from __future__ import annotations

_PRETRAINED = "Opaque[transformers.modeling_utils.PreTrainedModel]"

RETURNS: dict[str, tuple[list[str], str]] = {
    # By convention an entry point of `hubconf.py` is a function that gives a module, but nothing holds it to that:
    # https://docs.pytorch.org/docs/stable/hub.html
    "torch.hub.load": ([], "Opaque[torch.nn.modules.module.Module]"),
    # It calls itself for each part, whose class is not that of the whole:
    # https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.named_modules
    "torch.nn.modules.module.Module.named_modules": ([], "list[tuple[Plain, torch.nn.modules.module.Module]]"),
    # The class stands in the configuration of the checkpoint:
    # https://huggingface.co/docs/transformers/model_doc/auto
    "transformers.models.auto.auto_factory._BaseAutoModelClass.from_pretrained": ([], _PRETRAINED),
    "transformers.models.auto.auto_factory._BaseAutoModelClass.from_config": ([], _PRETRAINED),
    # What was passed, wrapped for the machine at hand, in the same order; and what was wrapped:
    # https://huggingface.co/docs/accelerate/package_reference/accelerator
    "accelerate.accelerator.Accelerator.prepare": (["*args"], "~args"),
    "accelerate.accelerator.Accelerator.prepare_model": (["model"], "~model"),
    "accelerate.accelerator.Accelerator.unwrap_model": (["model"], "~model"),
}
