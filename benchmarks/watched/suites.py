"""The packages whose test suites are run with and without observing."""

from __future__ import annotations

from before_after.packages import SUITES, Suite

_OF_SUITES = {suite.name: suite for suite in SUITES}

OBSERVED = (
    _OF_SUITES["nflows"],
    _OF_SUITES["normflows"],
    _OF_SUITES["glasflow"],
    Suite(
        "gpytorch",
        "1.15.2",
        pytest=(
            *(f"test/{part}" for part in ("kernels", "likelihoods", "means", "models")),
            "test/variational/test_nearest_neighbor_variational_strategy.py",
        ),
    ),
    # Its settings ask for a plugin that measures coverage.
    Suite(
        "skorch",
        "1.4.0",
        needs=("flaky", "pandas", "gpytorch"),
        pytest=(
            "-o",
            "addopts=",
            "skorch/tests/test_net.py",
            "skorch/tests/test_probabilistic.py",
            "-k",
            "forward or hook or module or dropout or nonlinearity_is_identity or inference_works",
        ),
    ),
    _OF_SUITES["pykeen"],
    _OF_SUITES["sbi"],
    # Its sdist has no tests, but examples in its docstrings.
    Suite(
        "kornia",
        "0.9.0",
        pytest=(
            "--doctest-modules",
            *(f"kornia/{part}" for part in ("filters", "losses", "enhance", "color", "geometry/transform", "metrics")),
        ),
    ),
)
