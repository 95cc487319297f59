"""A message on its way through the compiler: its segments, its chunks, and what was read and found for each."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from udf.arguments import LONGEST_ENVELOPE, is_long
from udf.edi.delimiters import Delimiters, announce, find_delimiters
from udf.edi.reader import read_segments
from udf.edi.segments import LONG, Segment
from udf.findings import Finding
from udf.outcome import Envelope
from udf.reading import TYPES, LineReading, PartReading, Record
from udf.refusals import RefusedError, too_large
from udf.standards.chunks import Chunk, Chunks
from udf.standards.edifact import EDIFACT
from udf.standards.items import prefer_items
from udf.standards.limits import find_excess, find_excess_of_lines, find_excess_of_segments
from udf.standards.message_types import OPENERS, STANDARDS, read_type, standard_of
from udf.standards.places import names_sure_place
from udf.standards.quantities import activity_of
from udf.standards.reference import Reference
from udf.standards.setting import Setting
from udf.standards.standard import Standard
from udf.standards.structure import ENVELOPE, MAX_CHUNKS, ExcessError, split_message


@dataclass(slots=True)
class LineRecords:
    """The records of one line over all its windows, as positions in the message."""

    first: int
    last: int
    records: list[Record]

    def activities(self, segments: Sequence[Segment], standard: Standard) -> list[int]:
        """The QTY and ZA segments of the records, in stream order."""
        return sorted({activity_of(segments, record["quantity"][0], standard) for record in self.records})


def gather_line(windows: Sequence[tuple[Chunk, list[Record]]]) -> LineRecords:
    """Put the windows of a line together."""
    records = [
        {name: (chunk.indices[s], e, c) for name, (s, e, c) in record.items()}
        for chunk, found in windows for record in found
    ]  # fmt: skip
    chunk = windows[0][0]
    return LineRecords(chunk.first, chunk.last, records)


MAX_CHARACTERS = 50_000_000
"""Of a message."""
LOGGED = 500
"""Tries of a message that are kept."""
MOST_FINDINGS = 20_000
"""Findings against the parts of a message after which only the first of each code are kept of a further part."""


@dataclass(slots=True)
class Unit:
    """What is judged as one: a header, a group, or a line with all its windows."""

    chunks: Sequence[Chunk]
    records: Sequence[list[Record]] = ()
    """What was answered for each chunk, as places in it."""
    confidence: float = 0.0
    findings: Sequence[Finding] = ()
    tries: int = 0
    log: Sequence[tuple[int, str, Sequence[Finding]]] = ()
    left_out: Mapping[str, int] | None = None
    """How many findings of which code were not kept, of one with very many."""
    reading: PartReading | LineReading | None = None
    """What the rules read of it, as long as it is needed; not kept of a long message."""
    line: LineRecords | None = None
    """The records of a line, as places in the message; of a long one they are gathered anew each time."""

    @property
    def name(self) -> str:
        chunk = self.chunks[0]
        return f"line {chunk.line}" if chunk.kind == "line" else chunk.kind


@dataclass(slots=True)
class Message:
    """A message that can be compiled: its segments, from UNH or ST, and what is known around it."""

    text: str
    envelope: Envelope
    segments: Sequence[Segment]
    first: int
    setting: Setting
    chunks: Chunks
    delimiters: Delimiters
    units: list[Unit] = field(default_factory=list)
    seconds: float = 0.0
    is_body: bool = False
    """Whether it came without UNH and UNT, or ST and SE, and its type is the one that the caller named."""
    logged: int = 0
    """Units of which tries are kept."""
    _found: int = 0
    _shared: dict[object, Sequence[list[Record]]] = field(default_factory=dict)

    @property
    def is_long(self) -> bool:
        """Whether little may be kept of each line."""
        return len(self.text) > LONG

    def share(self, records: Sequence[list[Record]]) -> Sequence[list[Record]]:
        """What was answered for a unit, and where the message is long, one and the same for all that are alike."""
        if not self.is_long:
            return records
        key = tuple(tuple(tuple(record.items()) for record in found) for found in records)
        return self._shared.setdefault(key, records)

    def curtail(self, unit: Unit) -> None:
        """Where there are very many findings already, keep of those against a unit the first of each code."""
        unit.left_out = None
        unit.findings = unit.findings or ()  # an empty list of each takes memory
        if len(unit.findings) > 1 and self._found + len(unit.findings) > MOST_FINDINGS:
            counts = Counter(finding.code for finding in unit.findings)
            if len(counts) < len(unit.findings):
                first: dict[str, Finding] = {}
                for finding in unit.findings:
                    first.setdefault(finding.code, finding)
                unit.findings = list(first.values())
                unit.left_out = {code: count - 1 for code, count in counts.items() if count > 1}
        self._found += len(unit.findings)

    def gather(self, unit: Unit) -> LineRecords:
        """The records of a line over all its windows."""
        if unit.line is not None:
            return unit.line
        line = gather_line(list(zip(unit.chunks, unit.records, strict=True)))
        line.records = prefer_items(self.segments, line.first, line.last, line.records, self.setting.standard)
        if not self.is_long:
            unit.line = line
        return line


def describe_answer(unit: Unit) -> str:
    """The answer for a person: field, segment, element.component, value."""
    rows = [
        ", ".join(
            f"{name} = {chunk.message[i].tag} {e + 1}.{c + 1} «{chunk.message[i].elements[e][c]}»"
            for name, (i, e, c) in ((name, (chunk.indices[s], e, c)) for name, (s, e, c) in record.items())
        )
        for chunk, records in zip(unit.chunks, unit.records, strict=True)
        for record in records
    ]
    return "; ".join(rows) or "no record"


Guess = Callable[[Message, Unit], Sequence[list[Record]]]
"""What a unit may be read as; whoever reads it makes no use of it but to be done sooner."""
Judge = Callable[[Message, Unit], Sequence[Finding]]
"""What stands against the records that a unit has been given."""


def read_message(text: str, envelope: Envelope | None, reference: Reference) -> Message:
    """Segments, chunks and units of one message, with or without its interchange around it. Raises RefusedError."""
    if not text.strip():
        raise RefusedError(None, "empty-message", "There is no text.")
    if len(text) > MAX_CHARACTERS:
        detail = f"The message has {len(text)} characters, more than {MAX_CHARACTERS}."
        raise RefusedError(None, "message-too-large", detail)
    if envelope and is_long(envelope):
        detail = f"The envelope of the message has more than {LONGEST_ENVELOPE} characters."
        raise RefusedError(None, "envelope-unreadable", detail)
    if envelope is None or envelope == Envelope(message_type=envelope.message_type):
        envelope = find_envelope(text)._replace(message_type=envelope and envelope.message_type)
    delimiters = announce(find_delimiters(text), envelope.una)
    if delimiters and (excess := find_excess(text, delimiters)):
        raise RefusedError(None, "message-too-large", excess)
    segments = read_segments(text, delimiters)
    tags = [segment.tag for segment in segments]
    openers = [i for i, tag in enumerate(tags) if tag in OPENERS]
    named = _name_body(tags, delimiters, envelope) if not openers else None
    if delimiters is None or not (openers or named):
        raise RefusedError(None, "no-message-found", "The text holds no UNH and no ST segment.")
    if excess := find_excess_of_segments(segments, delimiters):
        raise RefusedError(None, "message-too-large", excess)
    # A body begins behind the interchange's own segments, if they are there.
    first = openers[0] if openers else next((i for i, tag in enumerate(tags) if tag not in ENVELOPE), 0)
    message_type = named or read_type(segments[first])
    if len(openers) > 1:
        raise RefusedError(message_type, "several-messages", f"The text holds {len(openers)} messages.")
    if message_type not in TYPES:
        detail = f"The message type is {message_type or 'none'}; supported are {', '.join(TYPES)}."
        raise RefusedError(message_type or None, "unsupported-message-type", detail)
    # Each LIN opens a line or more: where there are too many, to split the message first would be for nothing.
    lines = tags.count("LIN")
    if lines > MAX_CHUNKS:
        detail = f"No plan reads this message, and it has {lines} lines: the model reads {MAX_CHUNKS}."
        refusal = too_large(message_type, detail)
        raise RefusedError(message_type, refusal.code, f"{refusal} A shorter one may teach plans.")
    del tags
    reference = reference.decided(envelope.sender or "", message_type)
    try:
        chunks = split_message(segments, message_type, envelope.sender or "", reference)
    except ExcessError as error:
        raise too_large(message_type, error) from None
    setting = _describe(None if named else segments[first], message_type, envelope, reference)
    setting.is_placed = names_sure_place(segments, setting)
    if excess := find_excess_of_lines(segments, chunks, setting.standard):
        raise too_large(message_type, excess)
    units = [Unit(tuple(same)) for _, same in groupby(chunks, key=lambda chunk: chunk.line or id(chunk))]
    return Message(text, envelope, segments, first, setting, chunks, delimiters, units, is_body=named is not None)


def _name_body(tags: Sequence[str], delimiters: Delimiters | None, envelope: Envelope) -> str | None:
    """The type that the caller named for a message body without service segments; None where it is none of its syntax.

    A trailer alone has lost its opener, and is no such body. Raises RefusedError for a type that is not read.
    """
    named = (envelope.message_type or "").upper()
    if not named or delimiters is None or not {standard.trailer for standard in STANDARDS.values()}.isdisjoint(tags):
        return None
    if named not in TYPES:
        detail = f"The message type is {named[:20]}; supported are {', '.join(TYPES)}."
        raise RefusedError(named, "unsupported-message-type", detail)
    return named if standard_of(named).name == delimiters.standard else None


def _describe(opener: Segment | None, message_type: str, envelope: Envelope, reference: Reference) -> Setting:
    """What is known around the message's chunks: the version is GS08's, or UNH's S009 behind its type."""
    standard = OPENERS[opener.tag] if opener else standard_of(message_type)
    stated = opener.elements[1][1:] if opener and len(opener.elements) > 1 else []
    version = ":".join(filter(None, stated)) if standard is EDIFACT and opener else envelope.version or ""
    return Setting(standard, message_type, version, envelope.sender or "", envelope.decimal_mark, reference)


def find_envelope(text: str) -> Envelope:
    """The envelope of a text that brings its own interchange; an empty one for none, or for several messages."""
    head = text.lstrip("\ufeff \r\n\t")[:3].upper()
    if head not in ("UNA", "UNB", "ISA"):
        return Envelope()
    # To import it takes 20 ms of a session's first call, and nearly all messages come without their interchange.
    from udf.edi.split import InterchangeStream, cut

    data = text.encode("utf-8", "surrogatepass")
    stream = InterchangeStream(lambda: cut(data), portion_size=0)
    # Two are as many as a thousand: not one message with its envelope.
    first = [message for portion in islice(stream.portions(), 2) for message in portion.messages]
    return first[0].envelope if len(first) == 1 else Envelope()
