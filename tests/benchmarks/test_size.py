"""The benchmark of large trees checks what it says it does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_size_benchmark_counts_what_it_has_made() -> None:
    command = [sys.executable, str(BENCHMARKS / "size.py"), "--smoke"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert re.search(r"^\| 2 copies of a package \| 2 \| 8 \| [\d.]+ \|", done.stdout, re.MULTILINE)


def test_each_copy_is_a_project_whose_package_imports_itself(tmp_path: Path) -> None:
    package = tmp_path / "nets"
    package.mkdir()
    (package / "model.py").write_text("from nets.base import Net\n", encoding="utf-8")
    code = f"from pathlib import Path; from size import repeat; repeat([Path({str(package)!r})], 2, Path('made'))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env={"PYTHONPATH": str(BENCHMARKS)})
    made = sorted(path for path in (tmp_path / "made").rglob("*") if path.is_file())
    names = ["project-nets1/nets1/model.py", "project-nets1/pyproject.toml"]
    assert [path.relative_to(tmp_path / "made").as_posix() for path in made] == [
        *names,
        *(name.replace("1", "2") for name in names),
    ]
    assert made[2].read_text(encoding="utf-8") == "from nets2.base import Net\n"
