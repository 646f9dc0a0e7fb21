"""Fails at once where python-lsp-server is missing: a test that was skipped would look like one that holds."""

from __future__ import annotations

import pylsp  # noqa: F401
