"""Fails at once where python-lsp-server is missing: a test that was skipped would look like one that holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pylsp  # noqa: F401

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
