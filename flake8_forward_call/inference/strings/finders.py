"""The functions that get a dotted name as a string and return what it means."""

from __future__ import annotations

# Functions that return what a full dotted name means.
FINDERS = frozenset(
    {"pydoc.locate", "pkgutil.resolve_name", "django.utils.module_loading.import_string",
     "werkzeug.utils.import_string", "hydra.utils.get_class", "hydra.utils.get_object"}
)  # fmt: skip
