"""Fails at once where Dask is missing: a test that was skipped would look like one that holds."""

from __future__ import annotations

import distributed  # noqa: F401
