"""Modules that another package creates, of a class that no source names: is calling them safe?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from marked import hold

from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue
from flake8_forward_call.inference.catalogue.below import is_same_below

FACTS: dict[str, Any] = {
    "pack.Base": {"bases": [MODULE_CLASS, "pack.Mixin"]},
    "pack.Mixin": {},
    "pack.Fine": {"bases": ["pack.Base"], "call": "same"},
    "pack.Other": {"call": "different"},
    "pack.alias": "pack.Other",
}


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({}, True),
        ({"pack.More": {"bases": ["pack.Fine"]}}, True),
        ({"pack.More": {"bases": ["pack.Other"]}}, True),
        ({"pack.More": {"bases": ["pack.Fine"], "call": "different"}}, False),
        ({"pack.More": {"bases": ["pack.Fine"], "call": "perhaps"}}, False),
        ({"pack.More": {"bases": ["pack.Fine", "pack.Other"]}}, False),
        ({"pack.More": {"bases": ["pack.Fine", None]}}, False),
        ({"pack.Mixin": {"call": "different"}}, False),
        ({"pack.A": {"bases": ["pack.B"]}, "pack.B": {"bases": ["pack.A"]}}, True),
    ],
)
def test_a_base_is_the_same_below_if_no_class_below_it_changes_the_call(more: dict[str, Any], same: bool) -> None:
    assert is_same_below("pack.Base", FACTS | more, Catalogue({})) is same


def test_a_pretrained_model_can_be_called(tmp_path: Path) -> None:
    hold(
        tmp_path,
        """
# --- use.py
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM
import torch

AutoModel.from_pretrained("x").forward(1)  # FWD001
model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained("x")).eval()
model.forward(1)  # FWD001
AutoModel.from_pretrained("x", trust_remote_code=False).forward(1)  # FWD001
AutoModel.from_pretrained("x", trust_remote_code=True).forward(1)  # FWD001 unsafe
torch.hub.load("x", "y").forward(1)  # FWD001 unsafe
""",
    )
