"""What ``--help`` shows at its end: lines to type. A test runs each of them."""

from __future__ import annotations

# By the name of the command, each line with what it is for; the group itself has no name.
EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("forward-call check", "what is in the current directory"),
        ("forward-call fix --diff src", "what would change"),
        ("forward-call fix src", "change it"),
        ("forward-call explain FWD001", "why it matters"),
    ),
    "check": (
        ("forward-call check src tests", "report what is found"),
        ("forward-call check --output-format full src", "with the rows that it is about"),
        ("forward-call check --extend-select FWD003 src", "what is probable as well"),
        ("forward-call check --diff-base main", "what a branch brings in"),
        ("forward-call check --write-baseline known.json", "take note of what there is"),
        ("forward-call check --baseline known.json", "and report what is new"),
        ("forward-call check - --stdin-filename src/net.py < src/net.py", "a text that is not saved yet"),
    ),
    "fix": (
        ("forward-call fix --diff src", "look before anything changes"),
        ("forward-call fix src", "make all fixes that are safe"),
        ("forward-call fix --select FWD001,FWD004 src", "for these rules"),
        ("forward-call fix --unsafe-fixes --diff src", "with those to be looked at"),
        ("forward-call fix --summary markdown src", "a text for the pull request"),
    ),
    "explain": (
        ("forward-call explain", "all rules"),
        ("forward-call explain FWD002", "one rule"),
        ("forward-call explain src/net.py:11:26", "the evidence for a finding"),
    ),
    "config": (
        ("forward-call config", "what holds for the current directory"),
        ("forward-call config src/net.py", "what holds for a file"),
        ("forward-call config --schema > schema.json", "for an editor"),
    ),
    "server": (("forward-call server --stdio", "what an editor starts"),),
    "completion": (
        ('eval "$(forward-call completion bash)"', "in ~/.bashrc"),
        ('eval "$(forward-call completion zsh)"', "in ~/.zshrc"),
        ("forward-call completion fish | source", "in ~/.config/fish/config.fish"),
    ),
}


def epilog(command: str) -> str:
    """The end of a command's help, laid out as it stands."""
    examples = EXAMPLES[command]
    width = max(len(line) for line, _ in examples)
    return "\n".join(("\b", "Examples:", *(f"  {line.ljust(width)}  # {purpose}" for line, purpose in examples)))
