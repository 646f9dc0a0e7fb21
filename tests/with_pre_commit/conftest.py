"""Fails at once where pre-commit is missing: a test that was skipped would look like one that holds."""

from __future__ import annotations

from pathlib import Path

import pre_commit  # noqa: F401
import pytest
from scratch import CLONE, Scratch, made, publish, recipe, surroundings


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment for hooks that come from this working tree, which lies beside a project as a clone would."""
    folder = tmp_path_factory.mktemp("published")
    environment = surroundings(folder)
    publish(folder, environment)
    # Here and once: where this fails, every test would wait for it to fail.
    user = made(folder / "user", environment)
    (user.folder / ".pre-commit-config.yaml").write_text(recipe("forward-call"))
    done = user.pre_commit("install-hooks")
    assert done.status == 0, done.out
    return environment


@pytest.fixture
def project(tmp_path: Path, published: dict[str, str]) -> Scratch:
    """A repository whose models lie in files that are committed."""
    (tmp_path / CLONE).symlink_to(Path(published["PRE_COMMIT_HOME"]).parent / CLONE)
    scratch = made(tmp_path / "project", published)
    scratch.write(
        net__base="from torch import nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n",
        net__middle="from .base import Base\n\n\nclass Middle(Base):\n    pass\n",
        net__encoder="from .middle import Middle\n\n\nclass Encoder(Middle):\n    pass\n",
    )
    (scratch.folder / "net/__init__.py").touch()
    scratch.git("add", "--all")
    scratch.git("commit", "--quiet", "--message", "The models")
    return scratch
