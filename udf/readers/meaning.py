"""What the model says that a quantity means, held against what the tables say of it."""

from collections.abc import Sequence

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
        for record, told in zip(line.records, lines, strict=True):
            at = record["qualifier"][0]
            tag, code = segments[at].tag, told.qualifier or ""
            if setting.has_own_meaning(tag, code):
                continue
            state = find_state(segments, line.first, line.last, at) if setting.message_type == "INVRPT" else ""
            said = self.ask(setting.message_type, tag, code, state, transfer)
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


def find_state(segments: Sequence[Segment], first: int, last: int, quantity: int) -> str:
    """INV 7491 of a QTY: in the INV before it where one stands before the line's first quantity, else behind it."""
    tags = [(i, segments[i].tag) for i in range(first, last) if segments[i].tag in ("INV", "QTY")]
    if not tags:
        return ""
    at = next(n for n, (i, _) in enumerate(tags) if i == quantity)
    if tags[0][1] == "INV":
        own = next((i for i, tag in reversed(tags[:at]) if tag == "INV"), None)
    else:
        own = tags[at + 1][0] if at + 1 < len(tags) and tags[at + 1][1] == "INV" else None
    return segments[own].value(1) if own is not None else ""
