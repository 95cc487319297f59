"""What the standards leave open of a message that has been read: who may say it, and what a person is asked.

A place or a day that lines have nowhere or by default alone, while something of nobody's may state one, is no warning:
the message is refused, and what the model would read of it is a proposal.
"""

from collections.abc import Sequence

from udf.findings import Finding
from udf.gatekeeper.invariants import find_violation
from udf.gatekeeper.verdict import Verdict
from udf.message import Message
from udf.outcome import Proposal
from udf.proposal import make_proposal, states_openly
from udf.readers.proposer import Proposer
from udf.standards.open_values import find_rival
from udf.standards.values import UnreadableValueError

_PRESUMED = {
    "location": "The place of the lines is a party that is one where no other is named",
    "start": "The day of the lines is that of the document",
}
_MISSING = {
    "location": "By the standard no place is stated for some lines",
    "start": "By the standard no date is stated for some lines",
}
MOST_PROPOSALS = 3
"""Proposals of one message: a person chooses among few."""


class OpenQuestions:
    """Asks a proposer, where there is one, and notes in the verdict what stands against a message."""

    def __init__(self, proposer: Proposer | None) -> None:
        self._proposer = proposer

    def consider(self, message: Message, verdict: Verdict) -> list[Proposal]:
        """What a person may approve of a message whose verdict has its lines; nothing of one that is proved whole."""
        rivals = _find_rivals(message, verdict)
        if not verdict.is_whole or (verdict.is_complete and not verdict.unstated and not rivals):
            return []
        for finding in rivals:
            verdict.note(finding)
        proposals = self._propose(message)
        if verdict.is_valid:
            found = [
                finding
                for name in sorted(_find_unstated(verdict))
                for finding in _find_statement(message, proposals, name)
            ]
            for finding in found:
                verdict.note(finding)
            if not found and verdict.is_complete:
                return []
        return proposals

    def _propose(self, message: Message) -> list[Proposal]:
        """What the model would read of a message that is not proved, as far as the invariants allow it."""
        found: list[Proposal] = []
        for reading in self._proposer.read(message) if self._proposer is not None and not message.is_long else ():
            lines = [(line.first, line.last, line.records) for line in reading.lines]
            if find_violation(message.segments, lines, message.setting) is not None:
                continue
            stated = [list(zip(line.records, line.sources, strict=True)) for line in reading.lines]
            try:
                proposal = make_proposal(message, stated, reading.chunks)
            except UnreadableValueError:
                continue
            if all(proposal.lines != other.lines for other in found):
                found.append(proposal)
            if len(found) == MOST_PROPOSALS:
                break
        return found


def _find_rivals(message: Message, verdict: Verdict) -> list[Finding]:
    """What may state that which the lines have by default alone."""
    found: list[Finding] = []
    for name in sorted(verdict.presumed - verdict.unstated):
        index = find_rival(message.segments, message.chunks, message.setting, name)
        if index is not None:
            raw = message.segments[index].raw[:60]
            found.append(Finding("readers-disagree", f"{_PRESUMED[name]}, and {raw} may state another.", index))
    return found


def _find_unstated(verdict: Verdict) -> frozenset[str]:
    """What some line has not; of those that go on without the others, each lacks what no warning may have told."""
    if verdict.is_complete or all(line.location_id is not None for line in verdict.lines):
        return verdict.unstated
    return verdict.unstated | {"location"}


def _find_statement(message: Message, proposals: Sequence[Proposal], name: str) -> list[Finding]:
    """Where a place or a date may stand of which no standard says what does, by the model or by the look of it."""
    if proposals and states_openly(proposals[0], name, message.setting):
        detail = f"{_MISSING[name]}, and the model finds one: its proposal says where."
        return [Finding("readers-disagree", detail, message.first)]
    index = find_rival(message.segments, message.chunks, message.setting, name, is_nowhere=True)
    if index is None:
        return []
    raw = message.segments[index].raw[:60]
    detail = f"{_MISSING[name]}, and {raw} may state one: a row of the partner's says whether it does."
    return [Finding("readers-disagree", detail, index)]
