"""The table of options. Command line, ``pyproject.toml``, flake8's options, docs and schema are generated from it."""

from __future__ import annotations

import enum
from typing import NamedTuple

from flake8_forward_call.report.formats import FORMATS


class Kind(enum.Enum):
    """The kind of values that an option takes, in words."""

    CODES = "rule codes or their prefixes"
    PATTERNS = "patterns of paths, as in .gitignore"
    NAMES = "full dotted names of classes"
    FOLDERS = "folders"
    PATHS = "files and folders"
    PATH = "a path"
    VERSION = "a version specifier, as in dependencies"
    SWITCH = "true or false"
    CODES_BY_PATTERN = "patterns of paths, each with rule codes"
    CHOICE = "one of a few words"
    COUNT = "a number from 1 on, or auto"


class Option(NamedTuple):
    """One option.

    ``name`` is its key in ``pyproject.toml``. On the command line it is ``--name``, or ``flag`` if only the opposite of
    the default can be given; ``letter`` is a short name for it there. ``in_flake8`` is its flake8 equivalent: an option
    of flake8, or one of this plugin with the prefix ``--forward-call-``; None if it makes no sense there. ``default``
    applies if the option is not set. ``example`` is a value for the docs, in TOML. ``help`` describes the option,
    ``flag_help`` the ``flag``. One that ``is_confined`` decides where files are written, so a repository may not set it
    to a path outside itself. Values of one that ``is_added`` add up, from a file that is extended to the command line;
    of the others, the nearest one counts. One that ``is_for_files`` has no option of its own on the command line, but
    ``--config "KEY = VALUE"`` sets it.
    """

    name: str
    kind: Kind
    help: str
    example: str
    default: object = None
    in_flake8: str | None = None
    flag: str | None = None
    flag_help: str = ""
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    letter: str | None = None
    is_confined: bool = False
    is_added: bool = False
    is_for_files: bool = False

    @property
    def attribute(self) -> str:
        """Its name in Python code."""
        return self.name.replace("-", "_")

    @property
    def on_command_line(self) -> str:
        """Its name on the command line."""
        return self.flag or f"--{self.name}"

    @property
    def names_on_command_line(self) -> tuple[str, ...]:
        """All its names on the command line, the short one first."""
        return (self.on_command_line,) if self.letter is None else (self.letter, self.on_command_line)

    @property
    def is_of_plugin(self) -> bool:
        """Whether it is an option that this plugin adds to flake8."""
        return self.in_flake8 is not None and self.in_flake8.startswith(PREFIX)


# The value of an option of the kind COUNT that leaves the number to the tool.
AUTO = "auto"

# The options of all flake8 plugins share one namespace.
PREFIX = "--forward-call-"

OPTIONS: tuple[Option, ...] = (
    Option(
        "select",
        Kind.CODES,
        "Rules to enable instead of the default ones: codes or prefixes, separated by commas.",
        '["FWD"]',
        in_flake8="--select",
        metavar="CODES",
    ),
    Option("ignore", Kind.CODES, "Rules to disable.", '["FWD005"]', in_flake8="--ignore", metavar="CODES"),
    Option(
        "extend-select",
        Kind.CODES,
        "Rules to enable in addition to the default ones.",
        '["FWD002", "FWD003"]',
        in_flake8="--extend-select",
        metavar="CODES",
        is_added=True,
    ),
    Option(
        "per-file-ignores",
        Kind.CODES_BY_PATTERN,
        "Rules to disable in some files: PATTERN:CODES, separated by commas.",
        '{ "tests/*" = ["FWD001"] }',
        in_flake8="--per-file-ignores",
        metavar="PATTERN:CODES",
    ),
    Option(
        "extend-per-file-ignores",
        Kind.CODES_BY_PATTERN,
        "Rules to disable in some files, in addition to per-file-ignores.",
        '{ "demo.py" = ["FWD"] }',
        in_flake8="--per-file-ignores",
        metavar="PATTERN:CODES",
        is_added=True,
    ),
    Option(
        "fixable",
        Kind.CODES,
        "Rules whose findings may be fixed, instead of all rules.",
        '["FWD001"]',
        metavar="CODES",
    ),
    Option(
        "unfixable",
        Kind.CODES,
        "Rules whose findings are never fixed.",
        '["FWD004"]',
        metavar="CODES",
    ),
    Option(
        "include",
        Kind.PATTERNS,
        "Files to check in directories, instead of Python files and notebooks: patterns as in .gitignore.",
        '["*.py", "bin/train"]',
        default=("*.py", "*.ipynb"),
        in_flake8="--filename",
        is_for_files=True,
    ),
    Option(
        "documents",
        Kind.SWITCH,
        "Whether to also check the Python code in Markdown and reStructuredText files and in docstrings.",
        "true",
        default=False,
        flag_help="Also check the Python code in Markdown and reStructuredText files and in docstrings.",
    ),
    Option(
        "exclude",
        Kind.PATTERNS,
        "Files and directories to skip, in addition to caches, environments and the like: patterns as in .gitignore.",
        '["vendor/", "*_pb2.py"]',
        in_flake8="--extend-exclude",
        metavar="PATTERNS",
    ),
    Option(
        "extend-exclude",
        Kind.PATTERNS,
        "Files and directories to skip, in addition to exclude.",
        '["generated/"]',
        in_flake8="--extend-exclude",
        metavar="PATTERNS",
        is_added=True,
    ),
    Option(
        "respect-gitignore",
        Kind.SWITCH,
        "Whether to skip files ignored by git.",
        "false",
        default=True,
        flag="--no-respect-gitignore",
        flag_help="Also check files ignored by git.",
    ),
    Option(
        "force-exclude",
        Kind.SWITCH,
        "Whether to skip excluded files even if they are named on the command line, as pre-commit does.",
        "true",
        default=False,
        flag_help="Skip files that are excluded or ignored by git even if they are named.",
    ),
    Option(
        "module-classes",
        Kind.NAMES,
        "Classes to treat as subclasses of torch.nn.Module, even if their source does not show it.",
        '["mylib.Layer"]',
        in_flake8=f"{PREFIX}module-classes",
        metavar="NAMES",
    ),
    Option(
        "non-module-classes",
        Kind.NAMES,
        "Classes to treat as non-modules, regardless of their source.",
        '["mylib.Pipeline"]',
        in_flake8=f"{PREFIX}non-module-classes",
        metavar="NAMES",
    ),
    Option(
        "roots",
        Kind.FOLDERS,
        "Folders to search first for imported packages, in addition to those found by the project's layout.",
        '["lib", "tools/python"]',
        in_flake8=f"{PREFIX}roots",
        metavar="FOLDERS",
    ),
    Option(
        "python",
        Kind.PATH,
        "The Python environment (or its interpreter) that the code uses. Its packages are read, never run.",
        '".venv"',
        in_flake8=f"{PREFIX}python",
        metavar="PATH",
    ),
    Option(
        "site-packages",
        Kind.SWITCH,
        "Whether to read installed packages.",
        "false",
        default=True,
        in_flake8=f"{PREFIX}no-site-packages",
        flag="--no-site-packages",
        flag_help="Do not read installed packages.",
    ),
    Option(
        "cache-dir",
        Kind.PATH,
        "The cache folder, instead of $FORWARD_CALL_CACHE_DIR or the user's cache folder.",
        '".cache/forward-call"',
        in_flake8=f"{PREFIX}cache-dir",
        metavar="DIR",
        is_confined=True,
    ),
    Option(
        "paths",
        Kind.PATHS,
        "Files and folders to check if the command names none.",
        '["src", "tests"]',
        is_confined=True,
    ),
    Option(
        "unsafe-fixes",
        Kind.SWITCH,
        "Whether to make fixes that may change what the program does.",
        "true",
        default=False,
        flag_help="Also make fixes that may change what the program does.",
    ),
    Option(
        "fix-only",
        Kind.SWITCH,
        "Whether 'fix' only fixes, without reporting the findings that remain.",
        "true",
        default=False,
        flag_help="Do not report findings that remain, and exit with 0 if there are any. FWD900 is still reported.",
    ),
    Option(
        "output-format",
        Kind.CHOICE,
        f"Output format: {', '.join(FORMATS)}.",
        '"text"',
        default="text",
        choices=tuple(FORMATS),
        metavar="FORMAT",
    ),
    Option(
        "jobs",
        Kind.COUNT,
        "How many processes check the files: a number, or auto for as many as are worth their start.",
        "4",
        default=AUTO,
        in_flake8="--jobs",
        metavar="N",
        letter="-j",
    ),
    Option(
        "extend",
        Kind.PATH,
        "Another file with settings, which apply where this file does not set them.",
        '"shared/forward-call.toml"',
        is_for_files=True,
    ),
    Option(
        "required-version",
        Kind.VERSION,
        "The versions of forward-call that can be used; any other one stops with an error.",
        '">=0.1"',
        in_flake8="--require-plugins",
        is_for_files=True,
    ),
)

BY_NAME = {option.name: option for option in OPTIONS}
