"""What each segment of a message belongs to by the structure that its directory gives the message."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from udf.reading import SegmentLike
from udf.standards.message_structures import STRUCTURES

OF_THE_MESSAGE = -1
"""The owner of what stands in no group."""


@dataclass(slots=True)
class Node:
    """A segment of a structure, or a group: then the first of its `parts` is its trigger."""

    tag: str
    is_single: bool
    parts: list["Node"] = field(default_factory=list)


_TOKENS = re.compile(r"\(|\)[*0-9]*\??|[A-Z0-9]+(?:\*[0-9]*)?\??")


def read_structure(text: str) -> list[Node]:
    """The segments and groups of a structure as it is written down."""
    levels: list[list[Node]] = [[]]
    for token in _TOKENS.findall(text):
        if token == "(":
            levels.append([])
        elif token.startswith(")"):
            parts = levels.pop()
            levels[-1].append(Node(parts[0].tag, "*" not in token, parts))
        else:
            levels[-1].append(Node(re.split(r"[*?]", token)[0], "*" not in token))
    return levels[0]


@cache
def structure_of(message_type: str, version: str) -> list[Node]:
    """The structure of a message type in a directory (D:96A:…) or release (004010…); D.96A or 004010 for none."""
    known = [since for kind, since in STRUCTURES if kind == message_type]
    own = _order(version) or _order("D:96A") if message_type.isalpha() else version[:6] or "004010"
    fitting = [since for since in known if (_order(since) if message_type.isalpha() else since) <= own]
    return read_structure(STRUCTURES[message_type, (fitting or known)[-1 if fitting else 0]])


def _order(version: str) -> str:
    """A directory as it is sorted: D.93A to D.99B, then D.00A and later; '' for none."""
    found = re.match(r"D[.:]([0-9]{2})([A-C])", version)
    return f"{'19' if found[1] >= '90' else '20'}{found[1]}{found[2]}" if found else ""


PLACES = ("LOC",)
"""Triggers of a group that lines stand in: the place that they are of."""
_MAIN = ("LIN", "QTY", "INV", "ZA", "PTD", "SDQ")
"""What a message is made of: where one of these has no place, it has another structure."""
State = tuple[int, ...]
"""Where a message has come to: the place in each group that is open, from the message itself inwards."""


class Walker:
    """Goes through a structure with the tags of a message; what it has learnt of one message it knows for the next."""

    def __init__(self, structure: list[Node]) -> None:
        self._structure = structure
        self._steps: dict[tuple[State, str], State | None] = {}

    def walk(self, segments: Sequence[SegmentLike], first: int, last: int) -> Iterator[tuple[int, int | None]]:
        """(segment, what it belongs to): the trigger of its group, the message, or None where it has no place there.

        A trigger belongs to what its group stands in. What has no place does not move on what follows, and what follows
        it in an open group has none either: it may have moved with it. Where a quantity has no place, nothing has.
        """
        state: State = (-1,)
        triggers: list[int] = []
        is_lost = False
        for index in range(first, last):
            tag = segments[index].tag
            key = state, tag
            if key not in self._steps:
                self._steps[key] = self._step(state, tag)
            following = self._steps[key]
            if following is None and tag in _MAIN:
                yield from ((i, None) for i in range(index, last))
                return
            if following is None:
                is_lost = True
                yield index, None
                continue
            opens = following[-1] == 0 and len(following) > 1
            depth = len(following) - 1  # groups that are open now
            pairs = enumerate(zip(state, following, strict=False))
            still_open = next((n for n, (was, now) in pairs if was != now), depth)
            del triggers[min(still_open, depth - opens) :]
            triggers += [OF_THE_MESSAGE] * (depth - opens - len(triggers))  # of a group that was not opened
            is_lost = is_lost and not opens and bool(triggers)
            yield index, None if is_lost else triggers[-1] if triggers else OF_THE_MESSAGE
            if opens:
                triggers.append(index)
            state = following

    def _step(self, state: State, tag: str) -> State | None:
        """Where a tag leads: forwards in the innermost group, or else in those around it; each may come again."""
        for depth in range(len(state) - 1, -1, -1):
            parts = self._structure
            for at in state[:depth]:
                parts = parts[at].parts
            here = state[depth]
            for at in range(max(here, 0), len(parts)):
                node = parts[at]
                if node.tag != tag or (at == here and node.is_single):
                    continue
                if depth and not at:  # a trigger comes again with its group, which the group around it knows
                    continue
                return (*state[:depth], at, 0) if node.parts else (*state[:depth], at)
        return self._enter_lines() if tag == "LIN" else None

    def _enter_lines(self) -> State | None:
        """Where lines stand, of which the place is missing that opens their group: NAD names it, or nothing does."""
        for at, group in enumerate(self._structure):
            for number, node in enumerate(group.parts):
                if node.tag == "LIN" and group.tag in PLACES:
                    return at, number, 0
        return None


@cache
def walker_of(message_type: str, version: str) -> Walker:
    """The walker of a structure, kept with what it has learnt."""
    return Walker(structure_of(message_type, version))


@cache
def has_below(message_type: str, version: str, triggers: tuple[str, ...], tag: str) -> bool:
    """Whether a structure has a segment in the group of one of these triggers, as in D.97A SLSRPT PRI below QTY."""
    groups = (node for node in _each(structure_of(message_type, version)) if node.tag in triggers)
    return any(part.tag == tag for group in groups for part in group.parts)


@cache
def has_tag(message_type: str, version: str, tag: str) -> bool:
    """Whether a structure has a segment anywhere."""
    return any(node.tag == tag for node in _each(structure_of(message_type, version)))


def _each(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _each(node.parts)


QUANTITIES = ("QTY", "INV")
"""Triggers of the group of a quantity in EDIFACT: INV opens it from D.97A INVRPT on."""
