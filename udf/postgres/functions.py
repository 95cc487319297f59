"""The SQL functions, a method for each: their bodies call these and do nothing else."""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from udf.outcome import CompiledRow, Envelope, Problem
from udf.postgres.answers import read_lines, read_list, write_line
from udf.postgres.faults import understand_envelope
from udf.postgres.limits import INTERCHANGE, MESSAGE, describe_excess
from udf.postgres.session import Session
from udf.postgres.storable import storable_text
from udf.postgres.texts import compile_texts, cut, dump_texts, flatten

if TYPE_CHECKING:
    from udf.edi.segments import Segment

Place = tuple[int, int | None, str]
"""Start, number and tag of a segment."""
# Characters of the piece of a message that a problem is shown with.
_MOST_SHOWN = 1000


class Functions:
    """What the functions of schema udf answer in one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def compile_edi(self, raw: str, envelope: str | None) -> str:
        """The outcome of one message, as JSON text."""
        (text,) = self.session.serve(len(raw), partial(dump_texts, self.session, [raw], [envelope]))
        return text

    def compile_edi_batch(
        self, raws: Sequence[str | None], envelopes: Sequence[str | None]
    ) -> Iterator[str | None]:  # fmt: skip
        """The outcome of each message in order, None for None; PostgreSQL has the say between any two."""
        raws = flatten(raws)
        envelopes = flatten(envelopes) or [None] * len(raws)
        if len(envelopes) != len(raws):
            message = (
                f"{len(raws)} messages have {len(envelopes)} envelopes: give one, or null, for each, or none at all"
            )
            self.session.plpy.error(message, sqlstate="22023")
        for start, end in cut(raws):
            wanted = [number for number in range(start, end) if raws[number] is not None]
            texts, known = [raws[number] or "" for number in wanted], [envelopes[number] for number in wanted]
            made = self.session.serve(sum(map(len, texts)), partial(dump_texts, self.session, texts, known))
            found = dict(zip(wanted, made, strict=True))
            del made
            for number in range(start, end):
                yield found.pop(number, None)

    def lines(self, raw: str, envelope: str | None) -> Iterator[tuple[Any, ...]]:
        """Number and fields of each line of a valid message: row by row, and PostgreSQL has the say between any two."""
        row = self._compile(raw, envelope)
        for position, line in enumerate(read_lines(row.document) if row.is_valid else (), 1):
            yield position, *write_line(line)

    def problems(self, raw: str, envelope: str | None) -> Iterator[tuple[Any, ...]]:
        """Code, severity, segment, [start, end), what stands there and detail of each problem of a message."""
        for problem in read_list(self._compile(raw, envelope).problems):
            start, end = problem["span"] or (None, None)
            source = None if start is None else raw[start : min(end, start + _MOST_SHOWN)]
            yield problem["code"], problem["severity"], problem["segment"], start, end, source, problem["detail"]

    def explain(self, raw: str, envelope: str | None) -> Iterator[tuple[Any, ...]]:
        """For each field of each line: what it is, which piece of the message it was taken from, and what took it."""

        def read() -> tuple[CompiledRow, list[Place], list[tuple[int, str]]]:
            (row,) = compile_texts(self.session, [raw], [envelope])
            if not row.document:
                return row, [], []
            known = understand_envelope(envelope)
            assert not isinstance(known, Problem)
            places = list(_number(_read_segments(raw, known)))
            return row, places, self.session.load().plans.trace(raw, known, row.plans) if row.plans else []

        row, places, pieces = self.session.serve(len(raw), read)
        starts = [start for start, _, _ in places]
        plan_starts = [start for start, _ in pieces]

        def name_plan(position: int) -> str | None:
            return pieces[bisect_right(plan_starts, position) - 1][1] if pieces else None

        for position, line in enumerate(read_lines(row.document), 1):
            source = line.pop("source")
            for field, value in line.items():
                if value in (None, {}, []):
                    continue
                start, end = source.get(field, (None, None))
                _, number, tag = places[bisect_right(starts, start) - 1] if start is not None else (None, None, None)
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                piece = None if start is None else raw[start:end]
                # What a table or a rule gave belongs to the quantity, of which there is a line.
                plan = name_plan(source["quantity"][0] if start is None else start)
                yield position, field, text, piece, start, end, number, tag, row.is_valid, row.route, plan

    def segments(self, raw: str) -> Iterator[tuple[Any, ...]]:
        """Position in the message, tag, [start, end), text and elements of each segment; none of a text too large."""
        if len(raw) > MESSAGE.read(self.session.backend):
            return
        segments = self.session.serve(len(raw), partial(_read_segments, raw, is_bounded=True), compiles=False)
        for (start, number, tag), segment in zip(_number(segments), segments, strict=True):
            end, elements = segment.end, json.dumps(segment.elements, ensure_ascii=False)
            yield number, tag, start, end, raw[start:end], elements

    def split_interchange(self, content: bytes) -> Iterator[tuple[Any, ...]]:
        """Position, text, type, reference, envelope and problems of each message in a file, as Bronze has them."""
        from udf.edi.split import split_interchange

        limit = INTERCHANGE.read(self.session.backend)
        if len(content) > limit:
            yield 1, None, None, None, "{}", _dump([describe_excess("file", len(content), limit, INTERCHANGE)])
            return
        split = partial(split_interchange, content)
        for message in self.session.serve(len(content), split, compiles=False).messages:
            said = (message.text, message.message_type, message.reference)
            text, message_type, reference = (one and storable_text(one) for one in said)
            yield (
                message.position, text, message_type, reference, _dump([message.envelope])[1:-1],
                _dump(message.problems),
            )  # fmt: skip

    def compile_pending(self, batch_size: int, max_seconds: float) -> None:
        """Bronze to Silver; see pending.py."""
        from udf.postgres.pending import compile_pending

        compile_pending(self.session, batch_size, max_seconds)

    def version(self) -> tuple[str, str, str]:
        """Versions of the compiler, the model and the interpreter."""
        return *self.session.versions(), sys.version.split()[0]

    def _compile(self, raw: str, envelope: str | None) -> CompiledRow:
        """The row of one message, as a call that is served."""
        (row,) = self.session.serve(len(raw), partial(compile_texts, self.session, [raw], [envelope]))
        return row


def _read_segments(raw: str, envelope: Envelope | None = None, is_bounded: bool = False) -> "Sequence[Segment]":
    """The segments; none where they are bounded and too many."""
    from udf.edi.delimiters import announce, find_delimiters
    from udf.edi.reader import read_segments
    from udf.standards.limits import find_excess

    delimiters = announce(find_delimiters(raw), envelope and envelope.una)
    if delimiters is None or (is_bounded and find_excess(raw, delimiters)):
        return []
    return read_segments(raw, delimiters)


def _number(segments: "Sequence[Segment]") -> Iterator[Place]:
    """Where each stands, numbered from UNH or ST as problems number them, and its tag."""
    first = next((i for i, segment in enumerate(segments) if segment.tag in ("UNH", "ST")), 0)
    for i, segment in enumerate(segments, 1 - first):
        yield segment.start, i if i > 0 else None, segment.tag


def _dump(said: Sequence[Envelope | Problem]) -> str:
    rows = [one._asdict() for one in said]
    return json.dumps([{k: storable_text(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows])
