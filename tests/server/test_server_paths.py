"""Which URIs of a client are those of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_forward_call.server.paths import path_of


@pytest.mark.parametrize(
    "uri", ["file://", "file:", "file:net.py", "", "untitled:net.py", "http://[", "file:///nul%00.py"]
)
def test_uri_without_an_absolute_path_is_no_file(uri: str) -> None:
    assert path_of(uri) is None


def test_uri_of_a_file_is_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a net.py"
    assert path_of(path.as_uri()) == str(path)
