"""The page of FWD001 tells the truth about the torch that is installed."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import torch

from flake8_forward_call.rules import BY_CODE
from programs import fixed, run

RULE = BY_CODE["FWD001"]


def test_the_proof_prints_what_the_page_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (proof,) = re.findall(r"```python\n(.*?)```", RULE.page, re.DOTALL)
    run(tmp_path / "proof.py", proof)
    printed = [line.partition(":")[2].strip() for line in capsys.readouterr().out.splitlines()]
    assert printed == ["True", "[]", "['forward', 'backward']", "False"]
    assert "It prints " + ", ".join(f"`{value}`" for value in printed[:-1]) + f" and `{printed[-1]}`" in RULE.page


def test_the_examples_differ_in_what_the_hook_saw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path / "bad.py", RULE.bad)
    assert capsys.readouterr().out == "shapes that the hook saw: []\n"
    run(tmp_path / "good.py", RULE.good)
    assert capsys.readouterr().out == "shapes that the hook saw: [(3, 4)]\n"


def test_the_tool_makes_the_good_example_of_the_bad_one() -> None:
    assert fixed(RULE.bad, 3) == RULE.good


def test_the_names_in_the_picture_exist() -> None:
    module = torch.nn.Module
    assert module.__call__ is module._wrapped_call_impl
    assert "_compiled_call_impl" in inspect.getsource(module._wrapped_call_impl)
    call = inspect.getsource(module._call_impl)
    assert "_slow_forward if torch._C._get_tracing_state() else self.forward" in call
    order = ["_forward_pre_hooks.items", "setup_input_hook", "forward_call(*args, **kwargs)", "setup_output_hook"]
    inner = call[call.index("def inner") :]
    assert sorted(order, key=inner.index) == order
    assert "push_scope" in inspect.getsource(module._slow_forward)
