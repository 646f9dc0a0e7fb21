"""The example commands at the end of ``--help``. A test runs each of them."""

from __future__ import annotations

# By command name, each line with its purpose; the group itself has an empty name.
EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("forward-call check", "check the current directory"),
        ("forward-call fix --diff src", "show what would change"),
        ("forward-call fix src", "make the changes"),
        ("forward-call explain FWD001", "read why it matters"),
    ),
    "check": (
        ("forward-call check src tests", "report findings in two directories"),
        ("forward-call check --output-format full src", "with the source lines"),
        ("forward-call check --extend-select FWD003 src", "including probable modules"),
        ("forward-call check --diff-base main", "only what a branch changes"),
        ("forward-call check --write-baseline known.json", "record the current findings"),
        ("forward-call check --baseline known.json", "report only new findings"),
        ("forward-call check - --stdin-filename src/net.py < src/net.py", "a file that is not saved yet"),
    ),
    "fix": (
        ("forward-call fix --diff src", "show what would change"),
        ("forward-call fix src", "make all safe fixes"),
        ("forward-call fix --select FWD001,FWD004 src", "only for these rules"),
        ("forward-call fix --unsafe-fixes --diff src", "including fixes that need review"),
        ("forward-call fix --typed-call src", "and keep the types of the calls"),
        ("forward-call fix --summary markdown src", "a pull-request description"),
    ),
    "explain": (
        ("forward-call explain", "list the rules"),
        ("forward-call explain FWD002", "explain a rule"),
        ("forward-call explain src/net.py:11:26", "the evidence for a finding"),
        ("forward-call explain --all --output-format json", "all rules, for a program"),
    ),
    "config": (
        ("forward-call config", "settings for the current directory"),
        ("forward-call config src/net.py", "settings for a file"),
        ("forward-call config --config 'select = [\"FWD\"]'", "with a setting changed"),
        ("forward-call config --schema > schema.json", "for an editor"),
    ),
    "scan": (
        ("forward-call scan api models", "check two projects, each on its own"),
        ("forward-call scan --each repositories", "each subfolder is a project"),
        ("forward-call scan --each repositories --state done", "a second run goes on where a first one stopped"),
        ("forward-call scan --each repositories --output-format html --output-dir pages", "an index with pages"),
        ("forward-call scan --each repositories --scheduler tcp://10.0.0.7:8786", "on the workers of a cluster"),
    ),
    "clean": (
        ("forward-call clean", "remove the cache of this user"),
        ("forward-call clean --cache-dir .cache", "remove the cache in a folder"),
    ),
    "server": (("forward-call server --stdio", "what an editor starts"),),
    "completion": (
        ('eval "$(forward-call completion bash)"', "in ~/.bashrc"),
        ('eval "$(forward-call completion zsh)"', "in ~/.zshrc"),
        ("forward-call completion fish | source", "in ~/.config/fish/config.fish"),
    ),
}


def epilog(command: str) -> str:
    """The end of a command's help, which click must not rewrap."""
    examples = EXAMPLES[command]
    width = max(len(line) for line, _ in examples)
    return "\n".join(("\b", "Examples:", *(f"  {line.ljust(width)}  # {purpose}" for line, purpose in examples)))
