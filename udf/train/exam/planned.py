"""The exam with plans on: partners teach them with earlier messages, and later messages, sound and damaged, are read.

No message that a plan has read is read by the model as well: what is examined is what plans say by themselves.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle
from pathlib import Path
from typing import Any

from udf.compiler import Compiler
from udf.contract import Outcome
from udf.edi.split import split_interchange
from udf.engines.engine import Engine
from udf.outcome import Envelope
from udf.plans.book import PlanBook
from udf.plans.plan import PROOFS
from udf.standards.reference import Reference
from udf.train.attack.kinds import KINDS
from udf.train.attack.sound import SoundMessage, classify
from udf.train.corpus.drafts import Draft
from udf.train.corpus.partners import draw_written
from udf.train.corpus.rendering import Writing, render_interchange, render_message
from udf.train.corpus.truth import Essence, essence, expected_groups, expected_header, header_of
from udf.train.corpus.variants import draw_variant
from udf.train.exam.samples import checked, read_samples

EARLIER = PROOFS + 1
"""Messages of a partner that its plans are learnt from."""
ASKED = 2
"""Later messages of each partner."""
DAMAGES = 4
"""Damaged ones of each partner."""


def examine_plans(
    engine: Engine | None, reference: Reference, partners: int, seed: int, samples: Path | None = None
) -> dict[str, Any]:
    """Sound and damaged messages of drawn partners, known and held-out in turn, and other people's messages.

    `silent_errors` counts lines and headers that are called valid and are not what a message states, `false_alarms`
    sound messages that were taken for another dialect.
    """
    facts: Counter[str] = Counter()
    damaged: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for number, (r, base, writing) in zip(range(partners), _draw_partners(seed), strict=False):
        book = PlanBook(reference, shadow=0)
        compiler = Compiler(engine, reference, plans=book)
        sender = f"PARTNER{number}"
        for sent in range(EARLIER + ASKED):
            draft = draw_variant(base, r)
            data = render_interchange(draft, writing, r)
            found = _read(compiler, data, sender)
            if sent >= EARLIER:
                _mark(facts, draft, found)
        facts["false_alarms"] += len(book.take_disagreements())
        for kind, sound, text in _damage(compiler, base, replace(writing, quirks=()), r, sender):
            (row,) = compiler.compile_batch([text], [_envelope(sender, base)])
            effect = classify(sound, row)
            damaged[effect] += 1
            damaged["by_plans"] += row.route == "plan"
            if effect == "missed":
                missed[kind] += 1
    read = _read_samples(engine, reference, samples) if samples and samples.is_dir() else None
    return {
        "partners": partners, **{name: facts[name] for name in _FACTS},
        "damaged messages": {
            "messages": sum(damaged[effect] for effect in ("missed", "caught", "harmless")),
            "by_plans": damaged["by_plans"], "accepted": damaged["missed"], "refused": damaged["caught"],
            "harmless": damaged["harmless"], "accepted_by_kind": dict(missed),
        },
        "samples": read,
    }  # fmt: skip


_FACTS = ("messages", "messages_by_plans", "lines", "messages_exact", "silent_errors", "refused", "false_alarms")


def _draw_partners(seed: int) -> Iterator[tuple[random.Random, Draft, Writing]]:
    r = random.Random(f"plans:{seed}")
    for _, held_out in zip(count(), cycle((False, True))):
        dialect, writing = draw_written(r, held_out=held_out)
        yield r, dialect.draft(r), writing if r.random() < 0.5 else replace(writing, quirks=())


def _read(compiler: Compiler, data: bytes, sender: str) -> list[Outcome]:
    """The outcome of each message of a file, as if it came from one partner."""
    messages = split_interchange(data).messages
    envelopes = [message.envelope._replace(sender=sender) for message in messages]
    return compiler.compile_batch([message.text for message in messages], envelopes)


def _mark(facts: Counter[str], draft: Draft, outcomes: list[Outcome]) -> None:
    stated: Counter[Essence] = sum(expected_groups(draft), Counter())
    facts["messages"] += 1
    facts["lines"] += stated.total()
    valid = [outcome.document for outcome in outcomes if outcome.is_valid and outcome.document is not None]
    got = Counter(essence(line) for document in valid for line in document.lines)
    misnamed = any(header_of(document) != expected_header(draft) for document in valid)
    facts["messages_by_plans"] += all(outcome.route == "plan" for outcome in outcomes)
    facts["silent_errors"] += (got - stated).total() + misnamed
    facts["messages_exact"] += bool(valid or not stated) and got == stated and not misnamed
    facts["refused"] += not valid and bool(stated)


def _envelope(sender: str, draft: Draft) -> Envelope:
    standard = "X12" if draft.message_type.isdigit() else "EDIFACT"
    return Envelope(standard=standard, sender=sender, version=draft.version if standard == "X12" else None)  # type: ignore[arg-type]


def _damage(
    compiler: Compiler, base: Draft, writing: Writing, r: random.Random, sender: str
) -> Iterator[tuple[str, SoundMessage, str]]:
    """(kind, sound message, damaged text), of kinds that a reader can notice, after earlier messages without quirks."""
    kinds = [kind for kind in KINDS if not kind.unprovable]
    for sent in range(EARLIER + 1):
        draft = draw_variant(base, r)
        text = render_message(draft, writing)
        (outcome,) = compiler.compile_batch([text], [_envelope(sender, base)])
        if sent < EARLIER or not outcome.is_complete:
            continue
        stated: Counter[Essence] = sum(expected_groups(draft), Counter())
        sound = SoundMessage(text, outcome, stated, expected_header(draft), is_counted=False)
        for kind in r.sample(kinds, DAMAGES):
            damaged = kind.alter(r, sound)
            if damaged is not None and damaged != text:
                yield kind.name, sound, damaged


def _read_samples(engine: Engine | None, reference: Reference, folder: Path) -> dict[str, Any]:
    """Hand-checked messages, read as often as it takes for plans to know them and then once more."""
    compiler = Compiler(engine, reference, plans=PlanBook(reference, shadow=0))
    files = list(read_samples(folder))
    total = right = wrong = by_plans = messages = 0
    for reading in range(EARLIER + 1):
        for path, stated in files:
            found = split_interchange(path.read_bytes()).messages
            outcomes = compiler.compile_batch([m.text for m in found], [m.envelope for m in found])
            if reading < EARLIER:
                continue
            got = Counter(
                checked(line) for o in outcomes if o.is_valid and o.document is not None for line in o.document.lines
            )
            total, right, wrong = total + stated.total(), right + (stated & got).total(), wrong + (got - stated).total()
            messages += len(outcomes)
            by_plans += sum(outcome.route == "plan" for outcome in outcomes)
    return {"records": total, "records_right": right, "silent_errors": wrong, "messages": messages,
            "messages_by_plans": by_plans}  # fmt: skip
