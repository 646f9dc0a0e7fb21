"""``python -m flake8_forward_call`` runs the command."""

from __future__ import annotations

import sys

from flake8_forward_call.cli import main

if __name__ == "__main__":  # pragma: no branch
    sys.exit(main())
