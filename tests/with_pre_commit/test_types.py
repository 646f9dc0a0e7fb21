"""What pre-commit takes for Python is what the command takes for Python, or a commit would fail for want of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from identify.extensions import EXTENSIONS, NAMES
from identify.identify import tags_from_path

from flake8_forward_call.files.python_files import is_python

BY_NAME = [*(f"a.{suffix}" for suffix in EXTENSIONS), *NAMES, "wscript.old", "A.PY"]
SHEBANGS = [
    "#!/usr/bin/python",
    "#!/usr/bin/env python3",
    "#!/usr/bin/env -S python3.12 -u",
    '#!"/a folder/bin/python3"',
    "#!/usr/bin/env nix-shell\n#!nix-shell -p python3 -i python3",
]


@pytest.mark.parametrize("name", BY_NAME)
def test_file_of_a_name_that_pre_commit_hands_over_is_looked_at(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    handed_over = not {"python", "pyi", "jupyter"}.isdisjoint(tags_from_path(str(path)))
    assert is_python(str(path)) is handed_over


@pytest.mark.parametrize("shebang", SHEBANGS)
def test_program_that_pre_commit_hands_over_for_its_first_line_is_looked_at(tmp_path: Path, shebang: str) -> None:
    path = tmp_path / "train"
    path.write_text(f"{shebang}\n")
    path.chmod(0o755)
    assert "python" in tags_from_path(str(path))
    assert is_python(str(path))
