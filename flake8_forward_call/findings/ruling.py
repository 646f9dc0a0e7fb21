"""From the verdict of inference on a receiver to the rule that applies, and to its finding."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_forward_call.findings.context import context_of_call, context_of_statement
from flake8_forward_call.findings.finding import Applicability, Finding, Fix, Place
from flake8_forward_call.inference.verdicts.verdict import Attachment, Sameness, Standing, Verdict
from flake8_forward_call.rules import Rule, fwd001, fwd002, fwd003, fwd004, fwd005, fwd006
from flake8_forward_call.terminal.printing import from_here, one_line

if TYPE_CHECKING:
    from flake8_forward_call.inference.classes.overrides import Override
    from flake8_forward_call.inference.wrapping.unwrapped import Unwrapped
    from flake8_forward_call.sources.source import Source
    from flake8_forward_call.visiting.sites import Site

# How many characters of a receiver a message shows.
_RECEIVER_SHOWN = 40

# What a message adds if the receiver is not proven to be a module.
_EVIDENCE = "there is evidence, but no proof, that it is a module"

# How many attachments to a receiver's hooks a message names.
_HANGING_SHOWN = 2


def rule_for(verdict: Verdict, *, is_handed: bool = False) -> Rule | None:
    """The rule that applies to a direct call of ``forward``, or to passing it on; None if nothing is reported."""
    if not verdict.is_told:
        return None
    if is_handed:
        is_proven = verdict.standing is Standing.MODULE and verdict.sameness is not Sameness.DIFFERENT
        return fwd004.RULE if is_proven else None
    if verdict.sameness is Sameness.DIFFERENT:
        return fwd002.RULE
    return fwd001.RULE if verdict.standing is Standing.MODULE else fwd003.RULE


def skipped(hanging: Sequence[str]) -> str:
    """The end of a message with the clauses about attached hooks; empty if there are none."""
    return f": {' and '.join(hanging)}, which this call skips" if hanging else ""


def on_purpose(verdict: Verdict) -> Verdict:
    """The verdict if a comment says that hooks or ``__call__`` are bypassed on purpose."""
    return replace(verdict, sameness=Sameness.DIFFERENT, reason="a comment says that the bypass is intentional")


def finding_for(source: Source, site: Site, verdict: Verdict) -> Finding | None:
    """The finding for the verdict at a site; None if no rule applies."""
    is_handed = site.candidate.is_handed
    rule = rule_for(verdict, is_handed=is_handed)
    if rule is None:
        return None
    receiver, arguments = shortened(site.receiver, _RECEIVER_SHOWN), "" if is_handed else "(...)"
    before, after = f"{receiver}.forward{arguments}", f"{receiver}{arguments}"
    fix = None
    is_guess = verdict.standing is Standing.PROBABLE and verdict.sameness is Sameness.UNREAD
    if site.edit is not None and rule.applicability is not None and not is_guess:
        is_safe = rule.applicability is Applicability.SAFE and verdict.sameness is Sameness.SAME
        applicability = Applicability.SAFE if is_safe else Applicability.UNSAFE
        fix = Fix(
            applicability,
            f"{'Pass' if is_handed else 'Call'} {after}",
            (site.edit,),
            before,
            after,
            "" if is_safe else verdict.reason,
        )
    callee = ""
    if is_handed:
        callee = shortened(one_line(" ".join(ast.unparse(site.candidate.call.func).split())), _RECEIVER_SHOWN)
    hanging = _hanging(source, verdict)
    told = skipped(hanging)
    message = rule.message.format(
        before=before, after=after, reason=one_line(verdict.reason), callee=callee, hanging=told
    )
    if verdict.rests_on_run and verdict.seen is not None:
        message += f" (at run time it was {one_line(verdict.seen.names)})"
    elif verdict.clues:
        message += f" ({_EVIDENCE})"
    context = context_of_call(source, f"{site.receiver}.forward{arguments}", site.candidate, site.start)
    context = context._replace(attached=attached(verdict))
    is_urgent = verdict.seen is not None and bool(verdict.seen.hooks)
    return Finding(
        rule.code,
        source.path,
        site.start,
        site.end,
        message,
        site.start.row,
        fix,
        hanging,
        context,
        has_skipped_hooks=is_urgent,
    )


def attached(verdict: Verdict) -> tuple[tuple[str, int, str], ...]:
    """What is known besides the receiver's type: clues that it is a module, what uses its hooks, what a run has shown.

    Each has a path, which is empty for what a run has shown, a row and a description.
    """
    clues = tuple((one.path, one.row, one_line(f"evidence, not proof: {one.text}")) for one in verdict.clues)
    clues += tuple((one.path, one.row, one_line(f"`{one.name}` {one.effect}")) for one in verdict.attachments)
    seen = () if verdict.seen is None else tuple(("", 0, one_line(text)) for text in verdict.seen.told())
    against = (("", 0, one_line(f"contradiction: {verdict.contradiction}")),) if verdict.contradiction else ()
    return (*clues, *seen, *against)


def _hanging(source: Source, verdict: Verdict) -> tuple[str, ...]:
    """What is attached to the receiver's hooks, as clauses; no more than a message should have."""
    seen = () if verdict.seen is None else map(one_line, verdict.seen.clauses())
    return (*seen, *(_clause(source, one) for one in verdict.attachments))[:_HANGING_SHOWN]


def _clause(source: Source, one: Attachment) -> str:
    cell = source.cell_in(one.path, one.row)
    row = str(one.row) if cell is None else f"cell {cell.number}:{one.row - cell.rows_above}"
    return one_line(f"`{one.name}` ({_near(one.path, source.path)}:{row}) {one.effect}")


def _near(path: str, own: str) -> str:
    """A path relative to the current folder if it is below, else to the nearest folder that it shares with a file."""
    here = from_here(os.path.realpath(path))
    if not os.path.isabs(here):  # noqa: PTH117
        return Path(here).as_posix()
    there, folder = Path(os.path.realpath(path)), Path(os.path.realpath(own)).parent
    shared = next((one for one in (folder, *folder.parents) if one in there.parents), None)
    return there.as_posix() if shared is None else there.relative_to(shared).as_posix()


def finding_for_override(source: Source, override: Override) -> Finding:
    """The finding for a ``__call__`` that never reaches ``Module.__call__``."""
    start, end = source.place(override.offset), source.place(override.offset + len("__call__"))
    remedy = fwd005.CALL_PARENT if override.has_forward else fwd005.RENAME
    message = fwd005.RULE.message.format(name=one_line(override.cls.node.name), remedy=remedy)
    context = context_of_statement(source, "__call__", start)
    return Finding(fwd005.RULE.code, source.path, start, end, message, start.row, context=context)


def findings_for_unwrapped(source: Source) -> list[Finding]:
    """The findings for methods that are called on the module inside a wrapper."""
    from flake8_forward_call.inference.wrapping.unwrapped import unwrapped
    from flake8_forward_call.visiting.intent import Intent

    found = (_finding_for_unwrapped(source, one) for one in unwrapped(source))
    intent = Intent(source)
    return [one for one in found if one is not None and not intent.is_deliberate(one.start.row)]


def _finding_for_unwrapped(source: Source, one: Unwrapped) -> Finding | None:
    """The finding for one of these calls; None if its location is unknown, as in f-strings of older Pythons."""
    name = one.method.attr
    try:
        end = source.place_of_node(one.method.end_lineno, one.method.end_col_offset)
        start = Place(end.row, end.column - len(name))
        if start.column < 1 or source.text[source.offset(start) : source.offset(end)] != name:
            return None
    except IndexError:
        return None
    # With the parentheses that a choice between two objects needs before a dot.
    receiver = " ".join(ast.unparse(one.method).removesuffix(f".{name}").split())
    outside = "the wrapper" if one.outside is None else " ".join(ast.unparse(one.outside).split())
    subject = one_line(f"{receiver}.{name}(...)")
    message = fwd006.RULE.message.format(
        call=f"{shortened(one_line(receiver), _RECEIVER_SHOWN)}.{one_line(name)}(...)",
        wrapper=one.wrapper.name,
        loss=one.wrapper.loss,
        remedy=one.wrapper.remedy.format(wrapper=shortened(one_line(outside), _RECEIVER_SHOWN), method=one_line(name)),
    )
    context = context_of_statement(source, subject, start)
    context = context._replace(first_row=min(start.row, one.call.lineno), last_row=max(start.row, context.last_row))
    return Finding(fwd006.RULE.code, source.path, start, end, message, start.row, context=context)


def shortened(text: str, limit: int) -> str:
    """The text cut to ``limit`` characters, in the middle, because the two ends of a receiver say most about it."""
    if len(text) <= limit:
        return text
    kept = limit - len("...")
    return f"{text[: kept - kept // 2]}...{text[-(kept // 2) :]}"
