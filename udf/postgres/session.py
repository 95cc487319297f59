"""Where calls are served: text comes in, the outcome goes out as JSON text, and each call is counted."""

import gc
import hashlib
import json
import re
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from udf.arguments import load_envelope
from udf.outcome import CompiledRow, Envelope, Outcome, Problem, make_row
from udf.postgres.answers import NOTHING, Counts, count_rows, dump_row, read_lines, read_list, write_line
from udf.postgres.backend import Backend, Interrupted
from udf.postgres.counters import Tally, read_tally

if TYPE_CHECKING:
    from udf.edi.segments import Segment

PLAIN_MESSAGE = (
    "UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+1+9'DTM+90:20260105:102'DTM+91:20260111:102'NAD+SE+9501101000008::9'"
    "LOC+162+9501101910010::9'LIN+1++9501101000018:EN'QTY+153:12'UNT+9+1'"
)
"""A message that every compiler must take: where it fails too, the compiler is broken and not the messages."""

# Bytes, by default and at most, of the settings tillroll.max_message_bytes and tillroll.max_interchange_bytes. Like
# work_mem they are for any caller to raise, who pays with memory and time of a session; no further than what the
# compiler reads of one message anywhere, and what PostgreSQL holds in one value.
MESSAGE_BYTES = (16 << 20, 64 << 20)
INTERCHANGE_BYTES = (256 << 20, 1 << 30)
# The same of tillroll.max_outcome_bytes. PostgreSQL makes 25 to 30 MB of jsonb in a second (November 2026), and hears
# of no cancel meanwhile: 4 MB, some 6,000 lines, take less than the 200 ms that one may have to wait. To put the value
# together from lines that are jsonb already would help little: that copy, as deaf, took 0.65 to 0.9 of the time.
OUTCOME_BYTES = (4 << 20, 1 << 30)
# Shorter ones are given whatever the setting says.
_SHORT_OUTCOME = 100_000

# Texts of a batch that are compiled at once: enough to decode their prompts together, little enough to be a trifle in
# memory and to give the first rows at once.
_SLICE_TEXTS = 200
_SLICE_CHARACTERS = 500_000

# Characters that are compiled in some tens of milliseconds even when every line is new to the model. To watch over so
# few costs more than it is worth: an armed timer took a tenth of a short call's time.
_SHORT = 500

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Served = TypeVar("Served")
_Place = tuple[int, int | None, str]
"""Start, number and tag of a segment."""
_Answer = tuple[CompiledRow, str]
"""What was compiled, and the same as JSON text."""
# Characters of the piece of a message that a problem is shown with.
_MOST_SHOWN = 1000


class Desk:
    """What one session calls. `plpy` is PL/Python's own module."""

    def __init__(self, plpy: Any, backend: Backend) -> None:
        self.plpy = plpy
        self.backend = backend
        self.tally = Tally(backend.database, backend.pid)
        self._compiler: Any = None
        self._unload: Callable[[], None] = lambda: None
        self._left_behind: BaseException | None = None

    def compile_edi(self, raw: str, envelope: str | None = None) -> str:
        """The outcome of one message, as JSON text."""
        work = partial(self.compile_texts, [raw], [envelope])
        ((_, text),) = self.serve(len(raw), work, _count_texts)
        return text

    def compile_batch(
        self, raws: Sequence[str | None], envelopes: Sequence[str | None] | None = None
    ) -> Iterator[str | None]:
        """The outcome of each message in order, None for None; PostgreSQL has the say between any two."""
        raws = _flatten(raws)
        envelopes = _flatten(envelopes) if envelopes else [None] * len(raws)
        if len(envelopes) != len(raws):
            self.plpy.error(f"{len(raws)} messages have {len(envelopes)} envelopes", sqlstate="22023")
        for start, end in _cut(raws):
            wanted = [i for i in range(start, end) if raws[i] is not None]
            texts, known = [raws[i] or "" for i in wanted], [envelopes[i] for i in wanted]
            work = partial(self.compile_texts, texts, known)
            made = self.serve(sum(map(len, texts)), work, _count_texts, calls=int(start == 0))
            found = {i: text for i, (_, text) in zip(wanted, made, strict=True)}
            del made
            for i in range(start, end):
                yield found.pop(i, None)

    def lines(self, raw: str, envelope: str | None = None) -> Iterator[tuple[Any, ...]]:
        """Number and fields of each line of a valid message: row by row, and PostgreSQL has the say between any two."""
        row = self.compile_row(raw, envelope)
        for position, line in enumerate(read_lines(row.document) if row.is_valid else (), 1):
            yield position, *write_line(line)

    def problems(self, raw: str, envelope: str | None = None) -> Iterator[tuple[Any, ...]]:
        """Code, severity, segment, [start, end), what stands there and detail of each problem of a message."""
        for problem in read_list(self.compile_row(raw, envelope).problems):
            start, end = problem["span"] or (None, None)
            source = None if start is None else raw[start : min(end, start + _MOST_SHOWN)]
            yield problem["code"], problem["severity"], problem["segment"], start, end, source, problem["detail"]

    def explain(self, raw: str, envelope: str | None = None) -> Iterator[tuple[Any, ...]]:
        """For each field of each line: what it is, which piece of the message it was taken from, and what took it."""

        def read() -> tuple[CompiledRow, list[_Place], list[tuple[int, str]]]:
            (row,) = self.compile_rows([raw], [envelope])
            known = _read_envelope(envelope) if row.document else None
            places = list(self._number(self._read(raw, known))) if row.document else []
            return row, places, self.load().plans.trace(raw, known, row.plans) if row.plans else []

        row, places, pieces = self.serve(len(raw), read, lambda found: count_rows(found[:1]))
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
        limit = self.backend.size_setting(b"tillroll.max_message_bytes", *MESSAGE_BYTES)
        if len(raw) > limit:
            return
        segments = self.serve(len(raw), lambda: self._read(raw, is_bounded=True))
        for (start, number, tag), segment in zip(self._number(segments), segments, strict=True):
            end, elements = segment.end, json.dumps(segment.elements, ensure_ascii=False)
            yield number, tag, start, end, raw[start:end], elements

    def split_interchange(self, content: bytes) -> Iterator[tuple[Any, ...]]:
        """Position, text, type, reference, envelope and problems of each message in a file, as Bronze has them."""
        from udf.edi.split import split_interchange

        limit = self.backend.size_setting(b"tillroll.max_interchange_bytes", *INTERCHANGE_BYTES)
        if len(content) > limit:
            problem = _too_large("file", len(content), "bytes", limit, "interchange")
            yield 1, None, None, None, "{}", _dump([problem])
            return
        for message in self.serve(len(content), lambda: split_interchange(content).messages):
            yield (
                message.position, storable(message.text), storable(message.message_type), storable(message.reference),
                _dump([message.envelope])[1:-1], _dump(message.problems),
            )  # fmt: skip

    def compile_pending(self, batch_size: int, max_seconds: float) -> None:
        """Bronze to Silver; see pending.py."""
        from udf.postgres.pending import compile_pending

        compile_pending(self, batch_size, max_seconds)

    def read_calls(self) -> Iterator[tuple[int, ...]]:
        """The tally's rows."""
        return read_tally(self.tally.path)

    def version(self) -> tuple[str, str, str]:
        """Versions of the compiler, the model and the interpreter."""
        return *self.versions(), sys.version.split()[0]

    def versions(self) -> tuple[str, str]:
        """Compiler version and model version."""
        import udf

        return udf.compiler_version(), udf.model_version()

    def compile_row(self, raw: str, envelope: str | None) -> CompiledRow:
        """The row of one message, as a call that is served."""
        (row,) = self.serve(len(raw), lambda: self.compile_rows([raw], [envelope]), count_rows)
        return row

    def compile_texts(self, texts: Sequence[str], envelopes: Sequence[str | None]) -> list[_Answer]:
        """The row of each text and that row as JSON."""
        return [self.dump(row, text) for row, text in zip(self.compile_rows(texts, envelopes), texts, strict=True)]

    def dump(self, row: CompiledRow, text: str) -> _Answer:
        """The outcome of a text and its JSON, or its refusal where PostgreSQL would take too long to read it."""
        written = dump_row(row)
        if len(written) <= _SHORT_OUTCOME:
            return row, written
        limit = self.backend.size_setting(b"tillroll.max_outcome_bytes", *OUTCOME_BYTES)
        size = _measure(written, limit)
        if size <= limit:
            return row, written
        detail = (
            f"The outcome has {size} bytes or more, and tillroll.max_outcome_bytes is {limit}: while one value is made "
            "of it, nothing can be cancelled. udf.lines and udf.problems give it row by row."
        )
        refused = self.refuse(Problem(code="outcome-too-large", severity="error", detail=detail), text)
        refused = refused._replace(
            message_type=row.message_type, route=row.route, attempts=row.attempts, compile_ms=row.compile_ms
        )
        return refused, dump_row(refused)

    def compile_rows(
        self, texts: Sequence[str], envelopes: Sequence[str | None] | None = None, limit: int | None = None
    ) -> list[CompiledRow]:
        """A row for each text, in order, whatever the texts hold; `limit` stands instead of the setting's.

        Raises MemoryError and OSError, which speak of the machine, and Interrupted.
        """
        limit = limit or self.backend.size_setting(b"tillroll.max_message_bytes", *MESSAGE_BYTES)
        rows: dict[int, CompiledRow] = {}
        wanted: list[int] = []
        read: list[Envelope | None] = []
        for i, text in enumerate(texts):
            try:
                envelope = _read_envelope(envelopes[i] if envelopes else None)
            except ValueError as error:
                detail = f"The envelope is no JSON object as udf.split_interchange gives it: {_first_line(error)}."
                rows[i] = self.refuse(Problem(code="envelope-unreadable", severity="error", detail=detail), text)
                continue
            size = _measure(text, limit)
            if size > limit:
                rows[i] = self.refuse(_too_large("message", size, "bytes", limit, "message"), text)
                continue
            wanted.append(i)
            read.append(envelope)
        compiled = self._compile([texts[i] for i in wanted], read)
        if not rows:
            return compiled
        rows |= zip(wanted, compiled, strict=True)
        return [rows[i] for i in range(len(texts))]

    def _compile(self, texts: list[str], envelopes: list[Envelope | None]) -> list[CompiledRow]:
        if not texts:
            return []
        compiler = self.load()
        try:
            rows: list[CompiledRow] = compiler.compile_rows(texts, envelopes)
            return rows
        except (MemoryError, OSError):
            raise
        except Exception as error:
            if len(texts) == 1:
                return [self.fail(error)]
        # One of them is our own bug: it must not cost the others their outcome.
        return [row for i in range(len(texts)) for row in self._compile(texts[i : i + 1], envelopes[i : i + 1])]

    def load(self) -> Any:
        """The session's compiler."""
        if self._compiler is None:
            from udf.compiler import load_compiler

            self._compiler = load_compiler()
            self._unload = load_compiler.cache_clear
            gc.freeze()
        return self._compiler

    def close(self) -> None:
        """Give the compiler back; the next call loads one anew. Needed after Interrupted, which may have fallen between
        any two bytecodes and left this one half-way."""
        compiler, self._compiler = self._compiler, None
        if compiler is not None:
            self._unload()
            compiler.engine.close()

    def refuse(self, problem: Problem, text: str | None = None) -> CompiledRow:
        """The row of a message that is not compiled; with the digest of its text, where that is there."""
        if text is None:
            return self._make_row(problem)
        digest = hashlib.sha256()
        for start in range(0, len(text), 1 << 20):
            digest.update(text[start : start + (1 << 20)].encode())
        digest.update(b"null")
        return self._make_row(problem, digest.hexdigest())

    def fail(self, error: Exception) -> CompiledRow:
        """The row of a message on which the compiler failed."""
        # The class alone: an exception's text may quote the message or tell of the machine.
        detail = f"The compiler failed on this message ({type(error).__name__})."
        return self._make_row(Problem(code="internal-error", severity="error", detail=detail))

    def _make_row(self, problem: Problem, digest: str = "") -> CompiledRow:
        compiler, model = self.versions()
        outcome = Outcome(
            None, is_valid=False, is_complete=False, problems=[problem], compiler_version=compiler, model_version=model,
            verification_hash=digest,
        )  # fmt: skip
        return make_row(outcome, None)

    def _read(self, raw: str, envelope: Envelope | None = None, is_bounded: bool = False) -> "Sequence[Segment]":
        """The segments; none where they are bounded and too many."""
        from udf.edi.delimiters import announce, find_delimiters
        from udf.edi.reader import read_segments
        from udf.standards.limits import find_excess

        delimiters = announce(find_delimiters(raw), envelope and envelope.una)
        if delimiters is None or (is_bounded and find_excess(raw, delimiters)):
            return []
        return read_segments(raw, delimiters)

    def _number(self, segments: "Sequence[Segment]") -> Iterator[_Place]:
        """Where each stands, numbered from UNH or ST as problems number them, and its tag."""
        first = next((i for i, segment in enumerate(segments) if segment.tag in ("UNH", "ST")), 0)
        for i, segment in enumerate(segments, 1 - first):
            yield segment.start, i if i > 0 else None, segment.tag

    def serve(
        self, characters: int, work: Callable[[], Served], count: Callable[[Served], Counts] | None = None,
        calls: int = 1,
    ) -> Served:  # fmt: skip
        """What `work` gives. Meanwhile PostgreSQL may end it, and afterwards the call is counted.

        `characters` is how much work it will be: a little is over before PostgreSQL could be kept waiting. `count`
        says what was compiled; without one, nothing is.
        """
        began = time.perf_counter()
        if self._left_behind is not None:
            self._clear_up()
        counts, interrupted = NOTHING, 0
        # A pass of the collector over the objects of a large message would be a second in which nothing can end us;
        # what a message leaves behind is freed by counting references.
        gc.disable()
        try:
            # Not while llama.cpp is being loaded: half a library could not be loaded again.
            if count is not None:
                self.load()
            if characters > _SHORT:
                with self.backend:
                    served = work()
            else:
                served = work()
            if count is not None:
                counts = count(served)
            return served
        except Interrupted as error:
            interrupted = 1
            self.backend.rest()
            self.close()
            # Its traceback holds on to everything that was being made. To free that takes longer than a person may have
            # to wait who has cancelled, and so does a look through it for garbage: the next call does both.
            self._left_behind = error
            gc.freeze()
            self._end()
        finally:
            gc.enable()
            microseconds = round(1e6 * (time.perf_counter() - began))
            self.tally.add(self.backend.user(), (calls, *counts, interrupted, microseconds, characters))

    def _clear_up(self) -> None:
        """Free what an interrupted call has left behind."""
        self._left_behind = None
        gc.unfreeze()
        gc.collect()

    def _end(self) -> NoReturn:
        """Let PostgreSQL say in its own words why the statement ends."""
        self.plpy.execute("select")
        self.plpy.error("The statement has been interrupted.", sqlstate="57014")
        raise AssertionError


def _count_texts(answers: Sequence[_Answer]) -> Counts:
    return count_rows([row for row, _ in answers])


def _measure(text: str, limit: int) -> int:
    """Bytes of the text; its characters where those are too many already, or too few to matter."""
    return len(text) if len(text) > limit or 4 * len(text) <= limit else len(text.encode())


def _flatten(values: Sequence[Any]) -> Sequence[Any]:
    """An array of several dimensions as unnest gives it: PL/Python makes it lists of lists."""
    if values and isinstance(values[0], list):
        return [value for part in values for value in _flatten(part)]
    return values


def _cut(raws: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    """[start, end) of slices that are compiled at once."""
    start = characters = 0
    for i, raw in enumerate(raws):
        size = len(raw or "")
        if i > start and (i - start >= _SLICE_TEXTS or characters + size > _SLICE_CHARACTERS):
            yield start, i
            start, characters = i, 0
        characters += size
    if start < len(raws):
        yield start, len(raws)


def _read_envelope(text: str | None) -> Envelope | None:
    return None if text is None or text == "null" else load_envelope(text)


def _too_large(what: str, size: int, unit: str, limit: int, setting: str) -> Problem:
    detail = f"The {what} has {size} {unit} or more, and tillroll.max_{setting}_bytes is {limit}."
    return Problem(code="message-too-large", severity="error", detail=detail)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def storable(text: str | None) -> str | None:
    """The text as Bronze keeps it: PostgreSQL refuses NUL and unpaired surrogates, each becomes U+FFFD."""
    return text and _UNSTORABLE.sub("\ufffd", text)


def _dump(said: Sequence[Envelope | Problem]) -> str:
    rows = [one._asdict() for one in said]
    return json.dumps([{k: storable(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows])
