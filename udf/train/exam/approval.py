"""What one approval is worth: partners beyond the standard, of whom a person has approved one message, rightly read.

``python -m udf.train.exam.approval --partners 400``. No model reads anything here. The approved reading is that of the
draft itself; further messages of the partner are to be valid and exact, and damaged ones refused or as they were.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track

from udf.compiler import Compiler
from udf.document import FLOWS, OPENING
from udf.edi.split import split_interchange
from udf.gatekeeper.invariants import find_violation
from udf.language.outline import cut_by_outline
from udf.message import Message, read_message
from udf.outcome import Envelope, Line, Outcome, Proposal
from udf.proposal import make_proposal
from udf.readers.approved import UNLIKE
from udf.reading import Record
from udf.standards.chunks import Chunks, each_line
from udf.standards.reference import Decision, Reference
from udf.standards.structure import ExcessError
from udf.standards.values import UnreadableValueError
from udf.train.attack.kinds import KINDS
from udf.train.attack.sound import SoundMessage
from udf.train.corpus.drafts import Draft, prefer_price, stands
from udf.train.corpus.drafts import Reference as Stated
from udf.train.corpus.measures import UNMAPPED, known_codes, measure_of
from udf.train.corpus.rendering import Writing, draw_writing, render_interchange
from udf.train.corpus.strangers import Stranger, draw_stranger
from udf.train.corpus.truth import days_of, is_of_stock, refine_in
from udf.train.exam.beyond import stated_row

PARTNER = "STRANGER"
SEED = 4_711
REVIEW = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a partner beyond the standard, as text with its envelope, and its draft."""

    draft: Draft
    text: str
    envelope: Envelope


class Partner:
    """A partner beyond the standard with its way of writing; `send` gives another message of it."""

    def __init__(self, stranger: Stranger, writing: Writing) -> None:
        self.stranger, self.writing = stranger, writing

    def send(self, r: random.Random) -> Sent | None:
        """One more message, None where its dialect has nothing to invent this time."""
        try:
            draft = self.stranger.draft(r)
        except ValueError:
            return None
        (message,) = split_interchange(render_interchange(draft, self.writing, r)).messages
        return Sent(draft, message.text, message.envelope._replace(sender=PARTNER))


def draw_partners(r: random.Random) -> Iterator[Partner]:
    """Partners with all kinds of invention, endlessly."""
    while True:
        stranger = draw_stranger(r, held_out=r.random() < 0.5)
        yield Partner(stranger, draw_writing(r, stranger.message_type))


def propose_rightly(sent: Sent, reference: Reference) -> Proposal | None:
    """The proposal of a right reading; None where the message cannot be cut as its draft has it."""
    message = read_message(sent.text, sent.envelope, reference)
    try:
        chunks = cut_by_outline(message.segments, message.setting.message_type)
    except ExcessError:
        return None
    records = place_records(message, sent.draft)
    if records is None:
        return None
    lines: dict[int, list[tuple[Record, Mapping[str, str]]]] = {chunk.line: [] for chunk in each_line(chunks)}
    for record in records:
        chunk = next((c for c in each_line(chunks) if c.first <= record["quantity"][0] < c.last), None)
        if chunk is None:
            return None
        kinds = {name: _kind_of(chunks, chunk.first, chunk.last, at[0]) for name, at in record.items()}
        lines[chunk.line].append((record, kinds))
    if not all(lines.values()):
        return None
    read = [(c.first, c.last, [record for record, _ in lines[c.line]]) for c in each_line(chunks)]
    if find_violation(message.segments, read, message.setting) is not None:
        return None
    try:
        return make_proposal(message, list(lines.values()), chunks)
    except UnreadableValueError:
        return None


def place_records(message: Message, draft: Draft) -> list[Record] | None:
    """What a draft states of its lines, as places in its message; None where the text has other segments."""
    places = {}
    written = [segment for segment in draft.segments if segment.tag not in ("UNT", "SE")]
    for number, segment in enumerate(written, message.first + 1):
        if number >= len(message.segments) or message.segments[number].tag != segment.tag:
            return None
        places[id(segment)] = number
    records = []
    for record in draft.whole:
        stated = {name: at for name, at in prefer_price(draft, record).items() if stands(at)}
        if any(message.segments[places[id(s)]].value(e, c) != s.elements[e][c] for s, e, c in stated.values()):
            return None  # written in another way than by the standard: composites of X12, whose mark is the envelope's
        records.append({name: (places[id(s)], e, c) for name, (s, e, c) in stated.items()})
    return records


def _kind_of(chunks: Chunks, first: int, last: int, index: int) -> str:
    if first <= index < last:
        return "line"
    return "group" if any(g.first <= index < g.last for g in chunks.groups) else "header"


def approve(partner: Partner, proposal: Proposal, draft: Draft) -> Decision | None:
    """The decision of a person who knows what each code means; None where the layout does not say how to read it."""
    plan = proposal.approve["plan"]
    if plan is None:
        return None
    meanings = [{**row, "measure": measure_rightly(partner, row["segment"], row["code"], draft)}
                for row in proposal.approve["meanings"]]  # fmt: skip
    row = {"layout": proposal.approve["layout"], "reading": proposal.approve["reading"], "plan": plan,
           "meanings": meanings}  # fmt: skip
    return Decision(REVIEW, "layout", PARTNER, draft.message_type, row)


def measure_rightly(partner: Partner, segment: str, code: str, draft: Draft) -> str:
    """What a code of the partner's own means, by the code of the directory that it stands for."""
    x12 = draft.message_type.isdigit()
    tags = (segment,) if segment in ("ZA", "QTY") else ("ZA", "QTY") if x12 else ("QTY",)
    owns = {own.own(each, x12): each for own in partner.stranger.codes for each in known_codes(x12)}
    for tag in tags:
        for each in (code, owns.get(code, code)):
            measure = measure_of(draft.message_type, tag, each, draft.version)
            if measure != UNMAPPED:
                return measure
    return UNMAPPED


@dataclass(slots=True)
class Counts:
    """What came of the further messages of approved partners."""

    partners: int = 0
    unapproved: Counter[str] = field(default_factory=Counter)
    further: Counter[str] = field(default_factory=Counter)
    damaged: Counter[str] = field(default_factory=Counter)
    by_kind: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)

    def note(self, verdict: str, partner: Partner, sent: Sent, text: str, said: str) -> None:
        """Keep an example of what was not as it should be."""
        self.reasons[f"{verdict}: {said[:150]}"] += 1
        kinds = ", ".join(partner.stranger.kinds)
        self.examples.append({"verdict": verdict, "first": sent.text, "text": text, "said": said, "kinds": kinds})


def examine_approval(partners: int, seed: int = SEED, messages: int = 5, each: int = 1) -> Counts:
    """What one approval is worth for so many partners, by so many further messages and attacks of each kind on one."""
    r = random.Random(f"approval:{seed}")
    counts = Counts()
    reference = Reference()
    compiler = Compiler(None, reference)
    for partner in track(islice(draw_partners(r), partners), "partners", partners, console=Console(stderr=True)):
        reference.decide([])
        counts.partners += 1
        sent, decision = approve_first(partner, reference, r)
        if decision is None:
            counts.unapproved["no message says how to read it"] += 1
            for kind in partner.stranger.kinds:
                counts.by_kind.setdefault(kind, Counter())["unapproved"] += 1
            continue
        reference.decide([decision])
        own = compile_sent(compiler, sent, sent.text)
        counts.further["own " + judge(partner, sent, own)] += 1
        further = [found for _ in range(messages) if (found := partner.send(r)) is not None]
        for found in further:
            outcome = compile_sent(compiler, found, found.text)
            verdict = judge(partner, found, outcome)
            counts.further[verdict] += 1
            for kind in partner.stranger.kinds:
                counts.by_kind.setdefault(kind, Counter())[verdict] += 1
            if verdict != "exact":
                found_out = [p for p in outcome.problems if p.severity == "error"]
                said = [p.detail for p in sorted(found_out, key=lambda p: p.code == UNLIKE)] or ["valid"]
                counts.note(verdict, partner, sent, found.text, said[-1])
        for found in further[:1]:
            damage(compiler, partner, found, counts, r, each)
    return counts


_TRIES = 5


def approve_first(partner: Partner, reference: Reference, r: random.Random) -> tuple[Sent, Decision | None]:
    """The first of some messages of a partner whose proposal can be approved, with the decision."""
    decision: Decision | None = None
    for _ in range(_TRIES):
        sent = next(sent for _ in range(_TRIES * 10) if (sent := partner.send(r)) is not None)
        proposal = propose_rightly(sent, reference)
        decision = approve(partner, proposal, sent.draft) if proposal else None
        if decision is not None:
            break
    return sent, decision


def compile_sent(compiler: Compiler, sent: Sent, text: str) -> Outcome:
    """The outcome of a text as its partner's."""
    ((outcome, _),) = compiler.compile_units([text], [sent.envelope])
    return outcome


def judge(partner: Partner, sent: Sent, outcome: Outcome) -> str:
    """`exact`, `refused` or `wrong`: what goes on is each line that the draft states and no other."""
    if not outcome.is_valid or outcome.document is None:
        return "refused"
    lines = list(outcome.document.lines)
    left = list(sent.draft.whole)
    for line in lines:
        hit = next((n for n, record in enumerate(left) if is_right(partner, sent.draft, line, record)), None)
        if hit is None:
            return "wrong"
        del left[hit]
    return "wrong" if left and not outcome.rejected_lines else "partly" if left else "exact"


def is_right(partner: Partner, draft: Draft, line: Line, record: dict[str, Stated]) -> bool:
    """Whether a line is what a draft states of one quantity: its values as sent, what it means, and its days."""
    *plain, first, last = stated_row(record)
    if [line.item_id, line.location_id, line.qualifier, line.quantity, line.unit] != plain:
        return False
    if line.measure != mean_rightly(partner, draft, record):
        return False
    days = {(first, last), draft.sale_period and tuple(days_of(at)[n] for n, at in enumerate(draft.sale_period))}
    is_sale = line.measure == UNMAPPED and draft.message_type in ("SLSRPT", "867")
    if is_sale or line.measure in FLOWS or line.measure in OPENING:
        if (line.period_start, line.period_end) in days:
            return True
        start = record.get("start")
        return line.period_end is None and (start is None or is_of_stock(start))
    return line.as_of_date == last


def mean_rightly(partner: Partner, draft: Draft, record: dict[str, Stated]) -> str:
    """What a quantity of a draft means, with what the PTD above it or the INV beside it says of it."""
    segment, e, c = record["qualifier"] if "qualifier" in record else (record["quantity"][0], 0, 0)
    measure = measure_rightly(partner, segment.tag, segment.elements[e][c], draft)
    return refine_in(draft, segment, measure)


def damage(compiler: Compiler, partner: Partner, sent: Sent, counts: Counts, r: random.Random, each: int) -> None:
    """Damage a message in each way that a reader could notice, and see what goes on of it."""
    outcome = compile_sent(compiler, sent, sent.text)
    if not outcome.is_valid:
        return
    sound = SoundMessage(sent.text, outcome, Counter(), (), False)  # type: ignore[arg-type]
    for kind in KINDS:
        for _ in range(each):
            try:
                text = kind.alter(r, sound)
            except (StopIteration, ValueError, IndexError):  # a layout that the damage knows nothing of
                continue
            if text is None or text == sent.text:
                continue
            damaged = compile_sent(compiler, sent, text)
            verdict = judge(partner, sent, damaged)
            if verdict in ("wrong", "partly") and kind.unprovable:
                verdict = "not to be noticed"
            elif verdict in ("wrong", "partly"):
                is_part = damaged.rejected_lines and not _won(partner, sent, damaged)
                verdict = "rejected in part" if is_part else "wrong"
            counts.damaged[verdict] += 1
            if verdict == "wrong":
                counts.note(f"damaged: {kind.name}", partner, sent, text, damaged.route or "")


def _won(partner: Partner, sent: Sent, outcome: Outcome) -> bool:
    """Whether a line goes on that the draft does not state."""
    left = list(sent.draft.whole)
    for line in outcome.document.lines if outcome.document else ():
        hit = next((n for n, record in enumerate(left) if is_right(partner, sent.draft, line, record)), None)
        if hit is None:
            return True
        del left[hit]
    return False


def main(partners: int = 400, seed: int = SEED, messages: int = 5, each: int = 1, report: Path | None = None) -> None:
    """Approve one message each of drawn partners and print what becomes of further ones, and of damaged ones."""
    counts = examine_approval(partners, seed, messages, each)
    console = Console()
    for title, found in (("not approved", counts.unapproved), ("further messages", counts.further),
                         ("damaged", counts.damaged)):  # fmt: skip
        whole = sum(n for name, n in found.items() if not name.startswith("own"))
        console.print(f"{title}: " + ", ".join(f"{name} {n}" for name, n in found.most_common()) + f" of {whole}")
    for reason, n in counts.reasons.most_common(40):
        console.print(f"{n:5} {reason}", markup=False)
    if report:
        report.write_text(json.dumps({"examples": counts.examples, "by_kind": counts.by_kind}, indent=1))


if __name__ == "__main__":
    typer.run(main)
