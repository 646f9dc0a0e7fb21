"""What CI runs, on this machine: ``nox`` for all of it, ``nox -s tests-3.12`` for one."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["tests", "lint", "docs"]

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The test suite, with the coverage floor."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", "--cov", "--cov-report=term", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Types and style."""
    session.install("-e", ".[test,lint]")
    session.run("mypy")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation; a warning is an error."""
    session.install("-e", ".[docs]")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def editors(session: nox.Session) -> None:
    """Other people's servers for editors, with this plugin."""
    session.install("-e", ".[editors]")
    session.run("python", "-m", "pytest", "tests/with_editors", *session.posargs)


@nox.session
def cluster(session: nox.Session) -> None:
    """Scans on a real Dask cluster."""
    session.install("-e", ".[cluster]")
    session.run("python", "-m", "pytest", "tests/with_dask", *session.posargs)


@nox.session
def precommit(session: nox.Session) -> None:
    """The hooks, in a real pre-commit."""
    session.install("-e", ".[precommit]")
    session.run("python", "-m", "pytest", "tests/with_pre_commit", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """The built documentation in Chromium, which has to be there."""
    session.install("-e", ".[browser]")
    session.run("python", "-m", "pytest", "tests/with_browser", *session.posargs)


@nox.session
def torch(session: nox.Session) -> None:
    """The proofs against the real torch."""
    session.install("-e", ".[test,torch]")
    session.run("python", "-m", "pytest", "tests/with_torch", *session.posargs)


@nox.session
@nox.parametrize("python, release", [("3.11", "2.4.1"), ("3.13", "2.14.1")])
def observing(session: nox.Session, release: str) -> None:
    """Observing with an older release of torch, and with the newest."""
    session.install("-e", ".[test]", f"torch=={release}", "numpy")
    session.run("python", "-m", "pytest", "tests/with_torch/test_observed.py", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Whether the benchmarks still run."""
    session.install("-e", ".[test]")
    session.run("python", "benchmarks/speed.py", "--smoke")
    session.run("python", "benchmarks/suites.py", "--smoke")
    session.run("python", "benchmarks/observed.py", "--smoke")
    session.run("python", "benchmarks/latency.py", "--smoke")
    session.run("python", "benchmarks/realworld.py", "--smoke")
