"""A message on its way through the compiler: its segments, its chunks, and what was read and found for each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from udf.edi.delimiters import Delimiters
from udf.edi.segments import LONG, Segment
from udf.findings import Finding
from udf.outcome import Envelope
from udf.reading import Record
from udf.standards.structure import Chunk, Chunks
from udf.standards.items import prefer_items
from udf.standards.quantities import activity_of
from udf.standards.setting import Setting


@dataclass(slots=True)
class LineRecords:
    """The records of one line over all its windows, as positions in the message."""

    first: int
    last: int
    records: list[Record]

    def activities(self, segments: Sequence[Segment], x12: bool) -> list[int]:
        """The QTY and ZA segments of the records, in stream order."""
        return sorted({activity_of(segments, record["quantity"][0], x12) for record in self.records})


def gather_line(windows: Sequence[tuple[Chunk, list[Record]]]) -> LineRecords:
    """Put the windows of a line together."""
    records = [
        {name: (chunk.indices[s], e, c) for name, (s, e, c) in record.items()}
        for chunk, found in windows for record in found
    ]  # fmt: skip
    chunk = windows[0][0]
    return LineRecords(chunk.first, chunk.last, records)


LOGGED = 500
"""Tries of a message that are kept."""
MOST_FINDINGS = 20_000
"""Findings against the parts of a message after which only the first of each code are kept of a further part."""


T = TypeVar("T")


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
        line.records = prefer_items(self.segments, line.first, line.last, line.records, self.setting.x12)
        if not self.is_long:
            unit.line = line
        return line
