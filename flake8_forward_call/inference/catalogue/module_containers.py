"""torch's containers of modules, by name."""

from __future__ import annotations

from flake8_forward_call.inference.types import Slot

_CONTAINER = "torch.nn.modules.container."


SEQUENTIAL, MODULE_LIST, MODULE_DICT = (f"{_CONTAINER}{name}" for name in ("Sequential", "ModuleList", "ModuleDict"))


# The slot of an Instance for the elements of a module container.
ELEMENT = Slot("container", "element")
