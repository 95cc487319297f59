"""The loop around the model: right answers become documents, wrong ones never do, and whatever comes is an outcome."""

import gc
import random
import string
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udf.compiler import Compiler
from udf.contract import Line, Outcome
from udf.engines.engine import Answer, Prompt
from udf.language.vocabulary import EOS, FIELD, MARK
from udf.train.attack.oracle import Oracle
from udf.train.corpus.drafts import Draft, Reference
from udf.train.corpus.partners import draw_partner
from udf.train.corpus.rendering import Writing, draw_writing, render_message
from udf.train.corpus.truth import essence, expected_lines

PLAIN = Writing("'", "+", ":", "?", version="D:96A:UN:EAN004")


def draw(seed: int) -> tuple[Draft, str]:
    r = random.Random(seed)
    draft = draw_partner(r).draft(r)
    return draft, render_message(draft, draw_writing(r, draft.message_type))


def study(draft: Draft) -> Compiler:
    oracle = Oracle()
    oracle.study(draft)
    return Compiler(oracle)


def compile_right(draft: Draft, text: str) -> Outcome:
    return study(draft).compile_batch([text])[0]


def value(reference: Reference) -> str:
    segment, e, c = reference
    return segment.elements[e][c]


def key(line: Line) -> tuple[object, ...]:
    return (
        line.item_id, line.item_id_type, line.location_id, line.location_id_type, line.qualifier, line.quantity,
        line.unit, line.price, line.price_type, line.period_start, line.period_end, line.as_of_date,
    )  # fmt: skip


@given(st.integers(0, 10**9))
def test_lines_of_a_right_answer_are_what_the_draft_states(seed: int) -> None:
    draft, text = draw(seed)
    outcome = compile_right(draft, text)
    if not outcome.is_complete or outcome.document is None:
        return
    assert Counter(essence(line) for line in outcome.document.lines) == expected_lines(draft)
    for line in outcome.document.lines:
        for field in ("quantity", "item_id", "qualifier"):
            start, end = line.source[field]
            assert text[start:end].strip()


def test_most_drafts_are_proved_when_the_answer_is_right() -> None:
    refused = 0
    for seed in range(150):
        draft, text = draw(seed)
        outcome = compile_right(draft, text)
        on_purpose = {"line-without-quantity", "number-ambiguous", "unmapped-quantity-qualifier"}
        refused += not outcome.is_complete and on_purpose.isdisjoint(p.code for p in outcome.problems)
    assert not refused


class Liar:
    """Answers as an oracle does, but now and then points elsewhere, drops a record or swaps two markers."""

    def __init__(self, oracle: Oracle, seed: int) -> None:
        self.oracle, self.r = oracle, random.Random(seed)

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        return [self.twist(prompt, a) for prompt, a in zip(prompts, self.oracle.answer(prompts), strict=True)]

    def twist(self, prompt: Prompt, answer: Answer) -> Answer:
        tokens = list(answer.tokens)
        pointed = [i for i, token in enumerate(tokens) if token >= MARK]
        kind = self.r.random()
        if pointed and kind < 0.5:
            tokens[self.r.choice(pointed)] = MARK + self.r.randrange(prompt.markers)
        elif len(pointed) > 1 and kind < 0.7:
            one, other = self.r.sample(pointed, 2)
            tokens[one], tokens[other] = tokens[other], tokens[one]
        elif tokens.count(FIELD["quantity"]) > 1 and kind < 0.85:
            cut = tokens.index(FIELD["quantity"], 1)
            tokens = [*tokens[:cut], EOS] if self.r.random() < 0.5 else tokens[cut:]
        return Answer(tuple(tokens), (1.0,) * len(tokens), (-1,) * len(tokens))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_lying_model_never_makes_a_wrong_valid_line(seed: int, lie: int) -> None:
    draft, text = draw(seed)
    truth = compile_right(draft, text)
    oracle = Oracle()
    oracle.study(draft)
    outcome = Compiler(Liar(oracle, lie)).compile_batch([text])[0]
    if not outcome.is_valid or outcome.document is None:
        return
    assert truth.document is not None
    right = {key(line) for line in truth.document.lines}
    assert all(key(line) in right for line in outcome.document.lines)
    if outcome.is_complete and truth.is_complete:
        assert len(outcome.document.lines) == len(truth.document.lines)
        assert (outcome.document.document_number, outcome.document.currency, outcome.document.function) == (
            truth.document.document_number, truth.document.currency, truth.document.function,
        )  # fmt: skip


def sales_report() -> tuple[Draft, str]:
    draft = Draft("SLSRPT")
    bgm = draft.add("BGM", "73E", "SR1", "9")
    draft.state(document_number=(bgm, 1, 0), function=(bgm, 2, 0))
    draft.state(document_date=(draft.add("DTM", ["137", "20260108", "102"]), 0, 1))
    start = draft.add("DTM", ["90", "20260101", "102"])
    end = draft.add("DTM", ["91", "20260107", "102"])
    draft.state(start=(start, 0, 1), end=(end, 0, 1))
    loc = draft.add("LOC", "162", ["4012345000016", "", "9"])
    draft.state(location=(loc, 1, 0), location_type=(loc, 1, 2))
    for number, item in enumerate(("4006381333931", "4006381333948", "4012345678901"), 1):
        lin = draft.add("LIN", str(number), "", [item, "EN"])
        qty = draft.add("QTY", ["153", str(10 * number), "PCE"])
        draft.records.append({
            "item": (lin, 2, 0), "item_type": (lin, 2, 1), "qualifier": (qty, 0, 0), "quantity": (qty, 0, 1),
            "unit": (qty, 0, 2),
        })  # fmt: skip
    return draft, render_message(draft, PLAIN)


def codes(outcome: Outcome) -> set[str]:
    return {problem.code for problem in outcome.problems}


def test_a_good_message_becomes_a_complete_document() -> None:
    outcome = compile_right(*sales_report())
    assert outcome.is_complete, outcome.problems
    assert outcome.document is not None
    assert [line.quantity for line in outcome.document.lines] == [Decimal(10), Decimal(20), Decimal(30)]
    line = outcome.document.lines[0]
    text = sales_report()[1]
    assert {name: text[slice(*span)] for name, span in line.source.items()} == {
        "line_number": "1", "item_id": "4006381333931", "item_id_type": "EN", "location_id": "4012345000016",
        "location_id_type": "9", "qualifier": "153", "quantity": "10", "unit": "PCE", "period_start": "20260101",
        "period_end": "20260107",
    }  # fmt: skip
    assert (line.location_id, line.measure, str(line.period_start), str(line.period_end)) == (
        "4012345000016", "sold", "2026-01-01", "2026-01-07",
    )  # fmt: skip


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
def test_the_collector_rests_while_messages_are_compiled_and_is_then_as_it_was(
    is_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, text = sales_report()
    compiler = study(draft)
    seen: list[bool] = []

    def fail(*_: object) -> None:
        seen.append(gc.isenabled())
        raise RuntimeError

    monkeypatch.setattr("udf.readers.model.ModelReader.read", fail)
    try:
        (gc.enable if is_on else gc.disable)()
        with pytest.raises(RuntimeError):
            compiler.compile_rows([text])
        assert (seen, gc.isenabled()) == ([False], is_on)
    finally:
        gc.enable()


def test_compiling_leaves_nothing_for_the_collector() -> None:
    drawn = [draw(seed) for seed in range(20)]
    compilers = [study(draft) for draft, _ in drawn]
    gc.collect()
    gc.disable()
    try:
        for compiler, (_, text) in zip(compilers, drawn, strict=True):
            compiler.compile_rows([text, text[: len(text) // 2]])
        assert gc.collect() == 0, "something refers to itself in a circle"
    finally:
        gc.enable()


def test_every_cut_of_a_message_is_caught() -> None:
    draft, text = sales_report()
    engine = study(draft)
    for cut in range(len(text) - 1):
        outcome = engine.compile_batch([text[:cut]])[0]
        assert not outcome.is_valid, text[:cut]


def test_every_lost_segment_is_caught() -> None:
    draft, text = sales_report()
    segments = text.split("'")[:-1]
    engine = study(draft)
    for lost in range(len(segments)):
        damaged = "'".join(segments[:lost] + segments[lost + 1 :]) + "'"
        assert not engine.compile_batch([damaged])[0].is_complete, segments[lost]


def test_a_letter_in_a_quantity_rejects_its_line_and_no_other() -> None:
    draft, text = sales_report()
    oracle = Oracle()
    oracle.study(draft)
    damaged = text.replace("QTY+153:20:PCE", "QTY+153:2O:PCE")
    draft.segments[-3].elements[0][1] = draft.segments[-3].elements[0][1]
    next(s for s in draft.segments if s.tag == "QTY" and s.elements[0][1] == "20").elements[0][1] = "2O"
    oracle.study(draft)
    outcome = Compiler(oracle).compile_batch([damaged])[0]
    assert outcome.is_valid
    assert not outcome.is_complete
    assert "quantity-not-a-number" in codes(outcome)
    assert outcome.document is not None
    assert [line.quantity for line in outcome.document.lines] == [Decimal(10), Decimal(30)]
    (rejected,) = outcome.rejected_lines
    assert rejected.line_number == "2"
    assert rejected.text == damaged[slice(*rejected.span)]


def test_a_line_without_quantity_is_rejected_and_never_zero() -> None:
    draft, _ = sales_report()
    lost = next(s for s in draft.segments if s.tag == "QTY")
    draft.segments.remove(lost)
    draft.records = [record for record in draft.records if record["quantity"][0] is not lost]
    outcome = compile_right(draft, render_message(draft, PLAIN))
    assert "line-without-quantity" in codes(outcome)
    assert outcome.document is not None
    assert len(outcome.document.lines) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-message"),
        (" \r\n", "empty-message"),
        ("hello, world", "no-message-found"),
        ("UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'UNT+3+1'", "unsupported-message-type"),
        ("ST*997*0001~AK1*PO*1~SE*3*0001~", "unsupported-message-type"),
        ("UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'UNT+3+1'", "message-without-lines"),
        ("UNH+1+SLSRPT:D:96A:UN'BGM+73E+1+9'UNT+3+1'UNH+2+SLSRPT:D:96A:UN'BGM+73E+1+9'UNT+3+2'", "several-messages"),
    ],
)
def test_what_cannot_be_compiled_is_an_outcome_with_its_reason(text: str, code: str) -> None:
    outcome = Compiler(Oracle()).compile_batch([text])[0]
    assert code in codes(outcome)
    assert not outcome.is_valid


@given(st.text(alphabet=string.printable + "\x00\x1c\x1dÄ\ud800", max_size=300))
def test_any_text_at_all_is_an_outcome(text: str) -> None:
    outcome = Compiler(Oracle()).compile_batch([text, "UNH+1+INVRPT:D:96A:UN'" + text])
    assert all(isinstance(o.model_dump(mode="json"), dict) for o in outcome)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["delete", "insert", "swap", "repeat"]))
def test_a_damaged_message_is_an_outcome(seed: int, place: int, damage: str) -> None:
    draft, text = draw(seed)
    i, r = place % len(text), random.Random(place)
    j = min(len(text), i + r.randint(1, 20))
    damaged = {
        "delete": text[:i] + text[j:], "insert": text[:i] + r.choice("'+:?~*LINQTY09A\n") + text[i:],
        "swap": text[:i] + text[j:] + text[i:j], "repeat": text[:j] + text[i:],
    }[damage]  # fmt: skip
    compile_right(draft, damaged)


def test_outcomes_come_in_the_order_of_the_texts() -> None:
    draft, text = sales_report()
    outcomes = study(draft).compile_batch(["", text, "x", text])
    assert [outcome.is_valid for outcome in outcomes] == [False, True, False, True]
    assert outcomes[1].verification_hash == outcomes[3].verification_hash


SEGMENTS = st.lists(
    st.tuples(
        st.sampled_from("LIN QTY ZA SDQ SCH REF PTD LOC NAD N1 PRI CTP DTM PIA INV".split()),
        st.sampled_from(["153", "QS", "12", "ST", "", "AAA:1", "20260105", "9501101000018:EN"]),
        st.integers(0, 150),
    ),
    max_size=25,
)  # fmt: skip


@given(SEGMENTS, st.sampled_from(["SLSRPT", "INVRPT", "852", "846", "867"]))
def test_segments_in_any_order_and_of_any_length_are_an_outcome(
    segments: list[tuple[str, str, int]], kind: str
) -> None:
    element, end = ("*", "~") if kind.isdigit() else ("+", "'")
    opener = f"ST*{kind}*1~" if kind.isdigit() else f"UNH+1+{kind}:D:96A:UN'"
    body = "".join(f"{tag}{element}{first}{(element + '7') * more}{end}" for tag, first, more in segments)
    assert Compiler(Oracle()).compile_rows([opener + body])


def test_a_line_that_has_no_quantity_and_more_components_than_a_prompt_is_an_outcome() -> None:
    line = "LIN+1" + "+7" * 200 + "'"
    (outcome,) = Compiler(Oracle()).compile_batch([f"UNH+1+SLSRPT:D:96A:UN'{line}UNT+3+1'"])
    assert not outcome.is_valid
