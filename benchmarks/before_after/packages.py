"""The packages whose tests are run: their sdists contain the tests, and the tests execute rewritten calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TORCH = "torch==2.13.0"


class SuiteError(Exception):
    """The reason why a suite could not be run."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A release with tests in its sdist.

    ``needs`` are the tests' requirements in addition to those of the package, ``pytest`` the arguments for pytest,
    ``sources`` the folders of the sdist from which packages are imported.
    """

    name: str
    version: str
    needs: tuple[str, ...] = ()
    pytest: tuple[str, ...] = ("tests",)
    sources: tuple[str, ...] = (".",)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"


SUITES = (
    Suite("nflows", "0.14", needs=("torchtestcase",)),
    Suite("normflows", "1.7.3", pytest=("normflows",)),
    # Without the variable, it looks for its own fork of nflows, which only the built package contains.
    Suite(
        "glasflow",
        "0.4.1",
        needs=("nflows==0.14",),
        sources=("src",),
        environment={"GLASFLOW_USE_NFLOWS": "1"},
    ),
    Suite(
        "sbi",
        "0.27.0",
        needs=("pandas", "pyro-ppl", "pytest-harvest"),
        pytest=(
            "tests/density_estimator_test.py",
            "tests/vf_estimator_test.py",
            "tests/embedding_net_test.py",
            "tests/sensitivity_analysis_test.py",
            "-k",
            "loss_shapes or forward_shapes or mixed_density or lru or sensitivity",
        ),
    ),
    Suite(
        "timm",
        "1.0.31",
        pytest=("tests/test_models.py", "-k", "cfgs and (hrnet_w18 or resnet18 or convnext_atto or vit_tiny)"),
    ),
    Suite(
        "deepinv",
        "0.5.0",
        pytest=(
            *(f"deepinv/tests/test_{part}.py" for part in ("metric", "models", "sampling", "loss", "optim")),
            "-k",
            "full_reference or no_reference or icnn or diffunetmodel or noisy_data or pigdm or measplit or bregman or"
            " potential or data_fidelity_l2",
        ),
    ),
    Suite("pykeen", "1.11.1", needs=("unittest_templates",), pytest=("tests/test_regularizers.py",), sources=("src",)),
    Suite(
        "peft",
        "0.21.2",
        needs=("parameterized", "datasets", "diffusers", "scipy"),
        # Its tests import each other as a package, but in the sdist their folder is not a package. A test that
        # compares times says nothing on a busy machine.
        pytest=(
            "-o",
            "addopts=",
            "-o",
            "consider_namespace_packages=true",
            "--import-mode=importlib",
            "tests/test_custom_models.py",
            "-k",
            "MixedAdapterBatches and not timing",
        ),
        sources=("src",),
        environment={"HF_HUB_OFFLINE": "1"},
    ),
)
