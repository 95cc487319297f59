"""What the model says that a quantity means, held against what the tables say of it."""

from collections.abc import Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.engines.engine import Engine, Prompt
from udf.findings import Finding
from udf.language.meanings import encode_meaning, read_meaning
from udf.message import Message, Unit
from udf.outcome import Line

_Asked = tuple[str, str, str, str, str]
"""Message type, segment, code, state of the stock, kind of the transfer."""


class MeaningReader:
    """Asks an engine what quantities mean: each code once, since no message is shown."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[_Asked, str | None] = {}

    def dispute(self, message: Message, unit: Unit, lines: Sequence[Line]) -> Finding | None:
        """What stands against the meaning of a line's quantities; nothing where the model was not taught the code.

        What a partner's own row says is the partner's, and nobody is asked.
        """
        setting, segments = message.setting, message.segments
        line = message.gather(unit)
        group = unit.chunks[0].group
        transfer = segments[group.first].value(0) if group and segments[group.first].tag == "PTD" else ""
        states = states_of(segments, line.first, line.last) if setting.message_type == "INVRPT" else {}
        for record, told in zip(line.records, lines, strict=True):
            at = record["qualifier"][0]
            tag, code = segments[at].tag, told.qualifier or ""
            if setting.has_own_meaning(tag, code):
                continue
            said = self.ask(setting.message_type, tag, code, states.get(at, ""), transfer)
            if said is not None and said != told.measure:
                detail = f"{tag} {code} is {told.measure} by the tables, and {said} by what the model has learnt."
                return Finding("meaning-disputed", detail, at)
        return None

    def ask(self, message_type: str, tag: str, code: str, state: str = "", transfer: str = "") -> str | None:
        """What a quantity means, None where the model was not taught it."""
        key = message_type, tag, code, state, transfer
        if key not in self._known:
            prompt = encode_meaning(message_type, tag, code, state, transfer)
            said = None if prompt is None else read_meaning(self._engine.answer([Prompt(prompt, 0)])[0].tokens)
            self._known[key] = said
        return self._known[key]


def states_of(segments: Sequence[Segment], first: int, last: int) -> dict[int, str]:
    """INV 7491 of each QTY: in the INV before it where one stands before the line's first quantity, else behind it."""
    tags = [i for i in range(first, last) if segments[i].tag in ("INV", "QTY")]
    is_before = bool(tags) and segments[tags[0]].tag == "INV"
    states: dict[int, str] = {}
    own = ""
    if is_before:
        for i in tags:
            if segments[i].tag == "INV":
                own = segments[i].value(1)
            else:
                states[i] = own
        return states
    for i, following in pairwise([*tags, last]):
        if segments[i].tag == "QTY":
            is_stated = following < last and segments[following].tag == "INV"
            states[i] = segments[following].value(1) if is_stated else ""
    return states
