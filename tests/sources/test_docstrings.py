"""Examples in the docstrings of Python files: with the names of their file, found and fixed where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import forward_call
from documents import hold, project
from hypothesis import given
from hypothesis import strategies as st

from flake8_forward_call.sources.documents.escapes import without_escapes

__all__ = ["project"]
pytestmark = pytest.mark.usefixtures("project")

DOCSTRINGS = {
    "prompts": """
>>> model = Net()
>>> model.forward(1)
model.forward(0)

Examples:
    >>> y = [
    ...     model.forward(1),
    ... ]
""",
    "directives": """
.. code-block:: python

    model = Net()
    model.forward(1)

.. testcode::

    model.forward(1)

.. code-block:: text

    model.forward(0)
""",
    "fences": """
```python
model = Net()
model.forward(1)
```

```
model.forward(0)
>>> Net().forward(1)
```

~~~text
>>> Net().forward(0)
~~~
""",
    "a prompt on each row": """
>>> class Other(Net):
>>>
>>>     def run(self, x):
>>>         return self.forward(1)
>>>
>>> Other().forward(1)

>>> this is text
output
>>>     Other().forward(1)
""",
    "text": """
model.forward(0) and `Net().forward(0)`

Example::

    Net().forward(0)
""",
}


@pytest.mark.parametrize("docstring", DOCSTRINGS.values(), ids=DOCSTRINGS)
@pytest.mark.parametrize("indent", ["", "    ", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_examples_use_the_names_of_their_file(docstring: str, indent: str, end: str) -> None:
    body = docstring.replace("\n", f"\n{indent}").replace(f"\n{indent}\n", "\n\n")
    head = "def f():\n" if indent else ""
    hold("a.py", f'from net import Net\n\n{head}{indent}"""Do.\n{body}"""\n'.replace("\n", end))


def test_code_and_examples_are_fixed_together() -> None:
    hold(
        "a.py",
        'from net import Net\n\n\nclass Mine(Net):\n    """Mine.\n\n    >>> Mine().forward(1)\n    """\n\n'
        "    def __init__(self):\n        self.net = Net()\n\n    def run(self, x):\n"
        '        """>>> Mine().forward(1)"""\n        return self.net.forward(1)\n\n'
        "    size = 1\n    '''The size: not in help().\n\n    >>> Mine().forward(1)\n    '''\n",
    )


def test_rows_that_a_fix_joins_move_what_is_below() -> None:
    Path("a.py").write_text(
        'from net import Net\nnet = Net()\n(net\n  .forward(1))\n\ndef f():\n    """Do.\n\n    >>> (net\n'
        '    ...  .forward(1))\n    >>> net.forward(1)\n    """\n    return net.forward(1)\n'
    )
    done = forward_call("fix", "--documents", "a.py")
    assert done.lines[-1] == "Fixed 4 calls in 1 file; no findings remain."
    assert Path("a.py").read_text() == (
        'from net import Net\nnet = Net()\n(net(1))\n\ndef f():\n    """Do.\n\n    >>> (net(1))\n'
        '    >>> net(1)\n    """\n    return net(1)\n'
    )


def test_without_the_option_only_the_code_counts() -> None:
    Path("a.py").write_text(
        '"""Do.\n\n>>> from net import Net\n>>> Net().forward(1)\n"""\nfrom net import Net\nNet().forward(1)\n'
    )
    assert [line.partition(" FWD")[0] for line in forward_call("check", "a.py").lines] == ["a.py:7:7:"]


def test_escapes_and_quotes_in_docstrings() -> None:
    hold("a.py", 'from net import Net\n\n\ndef f():\n    r"""Do.\n\n    >>> "\\n"; Net().forward(1)\n    """\n')
    hold("b.py", 'from net import Net\n\n\ndef f():\n    """Do.\n\n    >>> "\\n"; Net().forward(1)\n    """\n')
    hold("c.py", 'from net import Net\n\n\ndef f():\n    """Do.\n\n    >>> Net().forward(0)""" """\n    """\n')
    hold("d.py", "from net import Net\n\n\ndef f():\n    '>>> Net().forward(0)'\n")
    hold("e.py", 'from net import Net\n\n\ndef f():\n    f"""\n    >>> Net().forward(0)\n    """\n')


ESCAPED = {
    "rows that are joined": """\
>>> y = 1 + \\\\
...     Net().forward(1)
""",
    "quotes": """\
>>> print(\\"a\\", \\'b\\'); Net().forward(1)
>>> names = {\\"\\": 0, "it's": 1, f\\"{Net().forward(1)}\\": 2}
""",
    "triple quotes": """\
>>> def g():
...     \\"\\"\\"Do: it's \\\\alpha.\\"\\"\\"
...     return Net().forward(1)
>>> text = \\\"""a
... \\'b'
... \\\"""; Net().forward(1)
""",
    "text": """\
Don't, \\"said it\\", \\
>>> Net().forward(1)
""",
}


@pytest.mark.parametrize("docstring", ESCAPED.values(), ids=ESCAPED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_escape_sequences_are_what_they_stand_for(docstring: str, end: str) -> None:
    body = docstring.replace("\n", "\n    ")
    text = f'from net import Net\n\n\ndef f():\n    """Do.\n\n    {body}"""\n'
    hold("a.py", text.replace("\n", end))


@given(st.lists(st.text("\\\"'rfb x")))
def test_rows_keep_their_length_without_escapes(rows: list[str]) -> None:
    assert [len(row) for row in without_escapes(rows)] == [len(row) for row in rows]


def test_rows_that_an_escaped_backslash_joins_are_joined_by_the_fix() -> None:
    Path("a.py").write_text(
        'from net import Net\n\n\ndef f():\n    """Do.\n\n    >>> Net() \\\\\n    ...     .forward(1)\n    """\n'
    )
    assert forward_call("fix", "--documents", "a.py").status == 0
    assert Path("a.py").read_text().splitlines()[6] == "    >>> Net()(1)"


def test_example_on_the_first_row_of_a_docstring_and_below() -> None:
    hold("a.py", 'from net import Net\n\n\ndef f():\n    """>>> Net().forward(1)\n    >>> Net().forward(1)\n    """\n')


def test_noqa_in_an_example_and_for_the_file() -> None:
    body = '    """Do.\n\n    >>> Net().forward(0)  # noqa\n    >>> Net().forward(1)\n    """  # noqa\n'
    text = f"from net import Net\n\n\ndef f():\n{body}"
    hold("a.py", text)
    hold("b.py", f"# flake8: noqa\n{text.replace('(1)', '(0)')}")


def test_file_that_does_not_parse_has_no_examples() -> None:
    Path("a.py").write_text('"""Do.\n\n>>> from net import Net\n>>> Net().forward(1)\n"""\nx = \nx.forward(1)\n')
    [line] = forward_call("check", "--documents", "a.py").lines
    assert "FWD900" in line
