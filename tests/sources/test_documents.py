"""Code in Markdown and reStructuredText: it is found and fixed where it is, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import forward_call
from documents import NET, SETUP, hold, project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flake8_forward_call.sources.documents import program
from flake8_forward_call.sources.documents.program import program_of
from flake8_forward_call.sources.source import Source

__all__ = ["project"]
pytestmark = pytest.mark.usefixtures("project")

MARKDOWN = {
    "the languages of Python": """\
```python
from net import Net
```
~~~~ Py title="make.py"
model = Net()
~~~~
```python3 {1,3} hl_lines="2"
model.forward(1)
```
```{.python .numberLines}
model.forward(1)
```
```{python}
#| echo: false
model.forward(1)
```
```{python plot, echo=FALSE}
model.forward(1)
```
``` {#listing .python .numberLines}
model.forward(1)
```
```{r, echo=FALSE}
model.forward(0)
```
   ``` py
   model.forward(1)
  ```
""",
    "prompts": """\
```pycon
>>> from net import Net
>>> model = Net()
>>> for _ in range(2):
...     model.forward(1)
...
model.forward(0)
>>> y = model.forward(1)
```

```
>>> model.forward(1)
model.forward(0)
```

    >>> model.forward(1)
    model.forward(0)

```python
>>> "not Python" in
>>> model.forward(1)
```
""",
    "MyST": """\
```{code-block} python
:linenos:
:caption: A title that
  needs two lines
:emphasize-lines: 2

from net import Net
model = Net()
model.forward(1)
```
```{code-cell} ipython3
---
tags: [a]
---
%matplotlib inline
model.forward(1)
```
````{note}
```{code} python
model.forward(1)
```
````
```{eval-rst}
.. code-block:: python

   model.forward(1)
```
```{testcode}
model.forward(1)
```
:::{tip}
```python
model.forward(1)
```
:::
```{mermaid}
model.forward(0)
```
""",
    "lists and quotes": """\
```py
from net import Net
model = Net()
```
- one

  ```python
  model.forward(1)

  if model:
      model.forward(1)
  ```
  1. two
     ~~~python
     model.forward(1)
     ~~~
> said
> ```python
> model.forward(1)
>
> model.forward(1)
> ```
>> ```python
>> model.forward(1)
>> ```
-\t```py
\tmodel.forward(1)
\t```
""",
    "admonitions and tabs of Material for MkDocs": """\
```py
from net import Net
model = Net()
```

!!! note "Title"

    Text

    ```python
    model.forward(1)
    ```

=== "PyTorch"

    ```python
    model.forward(1)
    ```

    ??? tip

        ```python
        model.forward(1)
        ```

Text

    ```python
    model.forward(0)
    ```
""",
    "what is not Python": """\
```python
from net import Net
model = Net()
```
```
model.forward(0)
```
```text
>>> model.forward(0)
```
```pytb
>>> model.forward(0)
```
```js
model.forward(0)
```
    model.forward(0)

`model.forward(0)` and model.forward(0)

>>> model.forward(0)

<pre>
```python
model.forward(0)
```
</pre>

````markdown
```python
model.forward(0)
```
````
""",
    "blocks that do not parse do not cost the others": """\
```python
from net import Net
model = Net(
```
```python
pip install net
```
```python
from net import Net
model = Net()
...
```
```python
def f(:
    model.forward(0)
```
```python
!pip install net
model.forward(1)
```
```python
# only a comment
```
> ```python
  model.forward(0)
```python
model.forward(1)
```
```python
model.forward(0
""",
    "front matter": """\
---
title: |
  ```python
  model.forward(0)
...
```python
from net import Net
model = Net()
model.forward(1)
```
---

```python
model.forward(1)
```
""",
    "lists in lists, deeper than people write them": """\
```python
from net import Net
model = Net()
```
"""
    + "".join(f"{'  ' * depth}- one\n" for depth in range(15))
    + f"{'  ' * 15}```python\n{'  ' * 15}model.forward(1)\n{'  ' * 15}```\n"
    + "```python\nmodel.forward(1)\n```\n",
    "indented as a whole": """\
```python
    from net import Net
    model = Net()
    model.forward(1)
```
""",
    "an unclosed fence": """\
text
```python
from net import Net
model = Net()
model.forward(1)""",
}


@pytest.mark.parametrize("document", MARKDOWN.values(), ids=MARKDOWN)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_code_in_markdown(document: str, end: str) -> None:
    hold("README.md", document.replace("\n", end))


RESTRUCTURED = {
    "directives": """\
Title
=====

.. code-block:: python
   :linenos:
   :caption: A caption that
             needs two lines
   :name: first

   from net import Net

   model = Net()
   model.forward(1)

.. code:: Python3

    model.forward(1)

.. sourcecode:: py

\tmodel.forward(1)

.. testcode::

    model.forward(1)

.. testoutput::

    model.forward(0)

.. ipython:: python

    %matplotlib inline
    model.forward(1)

- .. code-block:: python

     model.forward(1)
""",
    "inside of other markup": """\
.. code-block:: python

   from net import Net
   model = Net()

.. note::

   .. tab-set::

      .. code-block:: python

         def f():
             return model.forward(1)

1. text

   .. code-block:: python

      model.forward(1)

.. [1] A footnote

   .. code-block:: python

      model.forward(1)
""",
    "prompts": """\
Text

>>> from net import Net
>>> model = Net()
>>> model.forward(1)
model.forward(0)
>>> for _ in model:
...     model.forward(1)
...     model.forward(1)

Example::

    >>> model.forward(1)
    'model.forward(0)'

    >>> model.forward(0) +
    >>> model.forward(1)

.. doctest:: group
   :hide:

   >>> model.forward(1)

.. code-block:: pycon

   >>> model.forward(1)
""",
    "the default language": """\
.. highlight:: python

.. code-block::

   from net import Net
   model = Net()
   model.forward(1)

.. highlight:: rst

.. code-block::

   model.forward(0)
""",
    "what is not Python": """\
.. code-block:: python

   from net import Net
   model = Net()

.. code-block:: console

   >>> model.forward(0)

.. code-block:: rst

   .. code-block:: python

      model.forward(0)

.. model.forward(0)
   >>> model.forward(0)

..
   .. code-block:: python

      model.forward(0)

..

   >>> model.forward(1)

.. raw:: html

   >>> model.forward(0)

Example::

   model.forward(0)

.. code-block:: python

model.forward(0)

.. code-block: python

   model.forward(0)

.. code-block::

   model.forward(0)
""",
}


@pytest.mark.parametrize("document", RESTRUCTURED.values(), ids=RESTRUCTURED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_code_in_restructured_text(document: str, end: str) -> None:
    hold("index.rst", document.replace("\n", end))


def fenced(*blocks: str) -> str:
    return "".join(f"```python\n{block}\n```\n" for block in (SETUP.rstrip(), *blocks))


def test_calls_over_several_rows_keep_what_is_around_them() -> None:
    Path("a.md").write_text(
        "```pycon\n>>> from net import Net\n>>> model = Net()\n>>> y = (model\n...      .forward(1))\n"
        ">>> y = (model.  # why\n...      forward(1))\n>>> y = (model  # why\n...      .forward(1))\n```\n"
    )
    assert forward_call("fix", "--documents", "a.md").status == 0
    assert Path("a.md").read_text() == (
        "```pycon\n>>> from net import Net\n>>> model = Net()\n>>> y = (model(1))\n"
        ">>> y = (model  # why\n...      (1))\n>>> y = (model  # why\n...      (1))\n```\n"
    )


def test_names_go_on_to_the_next_block_in_the_order_of_the_document() -> None:
    hold("a.md", "```py\nmodel.forward(0)\n```\n" + fenced("model.forward(1)", "model = 1", "model.forward(0)"))


def test_indented_code_is_in_effect_for_what_follows() -> None:
    hold("a.md", fenced("model = 1", "    model = Net()", "model.forward(1)", "    model = 1", "model.forward(0)"))


def test_noqa_counts_on_its_row_of_the_code_and_nowhere_else() -> None:
    text = fenced("model.forward(0)  # noqa: FWD001", "model.forward(1)", "# noqa", "model.forward(1)  # noqa: FWD005")
    hold("a.md", f"# noqa\n{text}# noqa\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_bytes_and_encoding_of_the_document_are_kept(encoding: str) -> None:
    hold("a.md", "é\n" + fenced("'é'; model.forward(1)\t") + "  é\t\n\x0c\n\n", encoding)


def test_null_characters_are_kept_and_cost_only_their_block() -> None:
    hold("a.md", "\0\n" + fenced("'\0'; model.forward(0)", "model.forward(1)") + "\0")


def test_statements_on_the_first_row_are_read_unless_they_need_a_row_above() -> None:
    hold("a.rst", ">>> from net import Net; Net().forward(1)\n>>> Net().forward(1)\n")
    hold("a.rst", ">>> if True:\n...     Net().forward(0)\n\n>>> from net import Net\n>>> Net().forward(1)\n")
    hold("a.rst", ">>> from net import Net\n  >>> Net().forward(1)\n    >>> [\n    ...   Net().forward(1)]\n")


def test_document_without_a_module_and_one_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    hold("a.md", fenced("5 .forward(0)"))
    monkeypatch.setattr(program, "MAX_CHARACTERS", 10)
    done = forward_call("check", "--documents", "a.md")
    assert done.lines[0].startswith("a.md:1:1: FWD900 cannot analyse file: it is a document of more than")


@pytest.mark.parametrize("name", ["a.md", "a.rst", "a.py"])
def test_bug_in_a_reader_of_documents_costs_only_that_document(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise IndexError("no such row")

    monkeypatch.setattr("flake8_forward_call.sources.documents.restructured.blocks", fail)
    monkeypatch.setattr("flake8_forward_call.sources.documents.markdown.blocks", fail)
    Path(name).write_text('"""\n>>> Net()\n"""\nfrom net import Net\nNet().forward(1)\n')
    Path("net.py").write_text(f"{NET}\n\nNet().forward(1)\n")
    first, second = forward_call("check", "--documents", name, "net.py").lines
    reported = (
        "a.py:5:7: FWD001" if name == "a.py" else f"{name}:1:1: FWD900 cannot analyse file: internal error: IndexError"
    )
    assert first.startswith(reported)
    assert second.startswith("net.py:9:7: FWD001")


@pytest.mark.parametrize(
    "text",
    [
        ">" * 5_000,
        "- " * 5_000,
        "> " * 200 + "```python\n" * 1_000,
        "```python\n" * 5_000,
        "````{note}\n" * 5_000,
        "    >>> x\n\n" * 3_000,
        "[" * 10_000 + "\n",
        "```" * 10_000,
    ],
)
def test_markup_that_repeats_is_read_in_a_moment(text: str) -> None:
    assert len(program_of("a.md", text).text) >= 0


@pytest.mark.parametrize("text", [".. a::\n" * 9_000, "a::\n" * 9_000, ">>> a\n" * 9_000, "- " * 9_000, ".. |" * 9_000])
def test_restructured_text_that_repeats_is_read_in_a_moment(text: str) -> None:
    assert program_of("a.rst", text).text.count("\n") == text.count("\n")


PIECES = st.sampled_from(
    [
        "```", "````", "~~~", "python", "{note}", "{code-block} python", "{eval-rst}", "\n", "\n", "\n\n", "\r\n", "  ",
        "    ", "\t", "> ", "- ", "1. ", ">>> ", "... ", "x = 1", "if x:", "    y", "'''", "(", ")", "#", "\\", "!!! a",
        "=== a", ".. code-block:: python", ".. code::", "::", ".. note::", ":a: b", "---", "\0", "\x0c", "é", "text",
    ]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["a.md", "a.rst"]))
def test_program_parses_and_has_the_rows_and_the_code_of_the_document(document: str, name: str) -> None:
    made = program_of(name, document)
    source, whole = Source("", made.text), Source("", document)
    assert source.tree is not None
    ends = [[line[len(line.rstrip("\r\n")) :] for line in one.lines] for one in (source, whole)]
    assert ends[0] == ends[1][: len(ends[0])]
    for row, (first, last) in made.code.items():
        code, text = source.lines[row - 1], whole.lines[row - 1]
        assert code[: first - 1].strip() in ("", "0;")  # What makes an indented row a statement.
        assert code[first - 1 : last - 1] == text[first - 1 : last - 1]
