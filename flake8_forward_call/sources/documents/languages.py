"""Names of Python in documents: the languages of Pygments and GitHub, and the directives for Python code."""

from __future__ import annotations

import re

# https://pygments.org/docs/lexers/ and https://github.com/github-linguist/linguist/blob/main/lib/linguist/languages.yml
_PYTHON = frozenset(
    ("python", "py", "python3", "py3", "ipython", "ipython3", "pycon", "python-console", "python-repl", "doctest")
)

# The directives of docutils, Sphinx and MyST whose content is code in the language of their argument.
IN_LANGUAGE = frozenset(("code-block", "code", "sourcecode", "code-cell"))
# Those of Sphinx and its extensions whose content is Python, or examples with prompts.
IN_PYTHON = frozenset(
    ("testcode", "testsetup", "testcleanup", "doctest", "ipython", "jupyter-execute", "plot", "exec-code")
)
# Those whose content is text in another language, or no text.
LITERAL = frozenset(
    (
        "bibliography", "csv-table", "digraph", "figure-md", "graph", "graphviz", "image", "include",
        "inheritance-diagram", "iframe", "literalinclude", "math", "mermaid", "parsed-literal", "productionlist",
        "prompt", "raw", "testoutput", "toctree", "uml",
    )
)  # fmt: skip

_WORD = re.compile(r"[\w+#-]+")
# The attributes of Pandoc, ``{#name .python}``, and those of knitr, ``{python name, echo=FALSE}``.
_PANDOC = re.compile(r"\{\s*(?:#\S+\s+)?\.([\w+#-]+)")
_KNITR = re.compile(r"\{\s*([\w+#-]+)(?:[\s,][^{}]*)?\}")
_DIRECTIVE = re.compile(r"\{(?P<name>[\w:+.-]+)\}[ \t]*(?P<argument>.*)", re.DOTALL)


def is_python(language: str | None) -> bool | None:
    """Whether the name of a language is Python's; None if no language is named."""
    return language.lower() in _PYTHON if language else None


def language_of(info: str) -> str | None:
    """The language in the line of a fence, such as ``python title="a"`` or ``{.python}``; None if there is none."""
    found = _PANDOC.match(info.strip()) or _KNITR.fullmatch(info.strip())
    if found is not None:
        return found[1]
    word = _WORD.match(info.strip())
    return word[0] if word else info.strip() or None


def directive_in(info: str) -> tuple[str, str] | None:
    """The directive of MyST in the line of a fence, and its argument; None if it has none."""
    found = _DIRECTIVE.match(info.strip())
    return None if found is None else (found["name"], found["argument"].strip())


def is_python_in(directive: str, argument: str) -> bool | None:
    """Whether the content of a directive for code is Python; None if the document does not say.

    ``directive`` is one of ``IN_LANGUAGE`` or ``IN_PYTHON``.
    """
    return True if directive in IN_PYTHON else is_python(language_of(argument))
