"""Fails at once where torch is missing: a proof that was skipped would look like one that holds."""

from __future__ import annotations

import pytest
import torch  # noqa: F401

pytest.register_assert_rewrite("programs", "outcomes")
