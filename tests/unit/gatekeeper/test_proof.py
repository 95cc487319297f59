"""Each check of an answer on its own: the right answer passes, and one that is wrong in one thing gets that code."""

from collections.abc import Callable, Sequence

import pytest

from tests.small_messages import EDIFACT_DATE, WEEK, activity, message
from udf.compiler import Compiler
from udf.edi.delimiters import find_delimiters
from udf.edi.reader import read_segments
from udf.engines.engine import Answer, Prompt
from udf.language.answers import decode_answer, encode_answer
from udf.language.prompts import encode_chunk
from udf.language.vocabulary import EOS, FIELD, MARK, PAD
from udf.reading import Position, Record
from udf.standards.edifact import EDIFACT
from udf.standards.items import prefer_items
from udf.standards.structure import split_message
from udf.train.attack.oracle import Oracle
from udf.train.attack.rules_engine import RulesEngine, compile_by_rules

A, B = "4006381333931", "4006381333948"
LINE = f"LIN+1++{A}:EN PIA+5+AB1:SA LOC+27+DE PRI+AAA:9.99 PRI+INV:8 QTY+145:5:PCE QTY+198:2:PCE DTM+361:20270101:102"
STOCK = message("INVRPT", f"BGM+35+I1+9 {EDIFACT_DATE} DTM+366:20260107:102 NAD+SU+1 NAD+SN+S1::9 CUX+2:EUR:10 {LINE}")
PLACES = message("INVRPT", f"BGM+35+I1+9 LIN+1++{A}:EN QTY+145:5 LOC+18+W1 QTY+145:6 LOC+18+W2")
DATES = message("SLSRPT", f"BGM+73E+S1+9 {WEEK} LIN+1++{A}:EN QTY+153:5:PCE")

# The segments of a chunk are numbered from 0; (segment, element, component).
LIN, PIA, COUNTRY, PRICE, OTHER_PRICE, ON_HAND, TRANSIT, EXPIRY = range(8)
BGM, WRITTEN, REPORTED, SUPPLIER, STORE, CURRENCY = range(6)
Change = Callable[[list[Record]], list[Record]]


def put(**fields: Position) -> Change:
    """The first record with these fields."""
    return lambda records: [records[0] | fields, *records[1:]]


def drop(*fields: str) -> Change:
    """The first record without these fields."""
    return lambda records: [{n: p for n, p in records[0].items() if n not in fields}, *records[1:]]


def exchange(field: str) -> Change:
    """The first two records with each other's field."""
    return lambda records: [records[0] | {field: records[1][field]}, records[1] | {field: records[0][field]}]


# what is wrong: (message, kind of chunk, change of its right answer, code)
LIES: dict[str, tuple[str, str, Change, str]] = {
    "a quantity is left out": (STOCK, "line", lambda records: records[:1], "quantity-not-used"),
    "all quantities are left out": (STOCK, "line", lambda records: [], "quantity-not-used"),
    "a quantity is told twice": (STOCK, "line", lambda records: [*records, records[0]], "quantity-used-twice"),
    "a record has no quantity": (STOCK, "line", drop("quantity"), "line-without-quantity"),
    "the quantity is an item": (STOCK, "line", put(quantity=(LIN, 2, 0)), "quantity-misplaced"),
    "the quantity is its qualifier": (STOCK, "line", put(quantity=(ON_HAND, 0, 0)), "quantity-misplaced"),
    "the qualifier is of the other quantity": (STOCK, "line", put(qualifier=(TRANSIT, 0, 0)), "qualifier-misplaced"),
    "the qualifier is the quantity": (STOCK, "line", put(qualifier=(ON_HAND, 0, 1)), "qualifier-misplaced"),
    "the qualifiers are exchanged": (STOCK, "line", exchange("qualifier"), "qualifier-misplaced"),
    "the quantities are exchanged": (STOCK, "line", exchange("quantity"), "qualifier-misplaced"),
    "the unit is of the other quantity": (STOCK, "line", put(unit=(TRANSIT, 0, 2)), "unit-misplaced"),
    "the unit is left out": (STOCK, "line", drop("unit"), "unit-misplaced"),
    "the item is a price": (STOCK, "line", put(item=(PRICE, 0, 1)), "item-misplaced"),
    "the item is its type": (STOCK, "line", put(item=(LIN, 2, 1), item_type=(LIN, 2, 0)), "item-misplaced"),
    "the item is left out": (STOCK, "line", drop("item", "item_type"), "item-misplaced"),
    "the type is of another identifier": (STOCK, "line", put(item_type=(PIA, 1, 1)), "item-misplaced"),
    "the place is a country": (STOCK, "line", put(location=(COUNTRY, 1, 0)), "place-misplaced"),
    "the place is a code list alone": (PLACES, "line", put(location_type=(0, 2, 1)), "place-misplaced"),
    "the places are exchanged": (PLACES, "line", exchange("location"), "place-order"),
    "a place is left out": (PLACES, "line", drop("location"), "place-order"),
    "the place of the header is a supplier": (STOCK, "header", put(location=(SUPPLIER, 1, 0)), "place-misplaced"),
    "the place of the header is left out": (STOCK, "header", drop("location", "location_type"), "place-not-used"),
    "the code list of the place is left out": (STOCK, "header", drop("location_type"), "place-misplaced"),
    "the price has the type of another": (STOCK, "line", put(price_type=(OTHER_PRICE, 0, 0)), "price-misplaced"),
    "the price is left out": (STOCK, "line", drop("price", "price_type"), "price-not-used"),
    "the type of the price is left out": (STOCK, "line", drop("price_type"), "price-misplaced"),
    "the date is an expiry": (STOCK, "line", put(start=(EXPIRY, 0, 1), end=(EXPIRY, 0, 1)), "date-misplaced"),
    "the stock is of the day of writing": (
        STOCK, "header", put(start=(WRITTEN, 0, 1), end=(WRITTEN, 0, 1)), "date-misplaced",
    ),
    "the date is left out": (STOCK, "header", drop("start", "end"), "date-not-used"),
    "start and end are exchanged": (DATES, "header", put(start=(2, 0, 1), end=(1, 0, 1)), "date-misplaced"),
    "the day of writing is the stock's": (
        STOCK, "header", put(document_date=(REPORTED, 0, 1)), "header-field-misplaced",
    ),
    "the number is the function": (STOCK, "header", put(document_number=(BGM, 2, 0)), "header-field-misplaced"),
    "the function is left out": (STOCK, "header", drop("function"), "header-field-not-used"),
    "the currency is left out": (STOCK, "header", drop("currency"), "header-field-not-used"),
    "the header holds a quantity": (STOCK, "header", put(quantity=(WRITTEN, 0, 1)), "header-field-misplaced"),
    "the line holds a currency": (STOCK, "line", put(currency=(PRICE, 0, 0)), "header-field-misplaced"),
    "the header is two records": (STOCK, "header", lambda records: records * 2, "header-field-misplaced"),
}  # fmt: skip


def tell(text: str, kind: str, change: Change) -> set[str]:
    """The problems of a message whose chunk of a kind is answered rightly but for a change."""
    rules, oracle = RulesEngine(), Oracle()
    rules.study(text)
    segments = read_segments(text, find_delimiters(text))
    message_type = segments[0].value(1)
    for chunk in split_message(segments, message_type):
        tokens, positions = encode_chunk(chunk.kind, message_type, chunk.segments)
        prompt = tuple(tokens)
        oracle.known[prompt] = tuple(rules.known[prompt])
        if chunk.kind == kind:
            records = change(decode_answer(rules.known[prompt], message_type, chunk.segments, positions))
            oracle.wrong[prompt] = tuple(encode_answer(records, message_type, chunk.segments, positions))
    outcome = Compiler(oracle).compile_batch([text])[0]
    assert outcome.attempts > 1 or outcome.is_complete  # the lie is told again where the compiler asks again
    return {problem.code for problem in outcome.problems if problem.severity == "error"}


@pytest.mark.parametrize("text", [STOCK, PLACES, DATES])
def test_the_right_answer_passes(text: str) -> None:
    assert compile_by_rules(text).is_complete
    assert tell(text, "line", lambda records: records) == set()
    assert tell(text, "header", lambda records: records) == set()


def test_any_identifier_of_the_item_is_taken_for_the_best_one() -> None:
    lesser = {"item": (PIA, 1, 0), "item_type": (PIA, 1, 1)}
    assert tell(STOCK, "line", lambda records: [record | lesser for record in records]) == set()
    segments = read_segments(STOCK, find_delimiters(STOCK))
    line = next(i for i, segment in enumerate(segments) if segment.tag == "LIN")
    told = {"quantity": (0, 0, 1), "item": (line + 1, 1, 0), "item_type": (line + 1, 1, 1)}
    (record,) = prefer_items(segments, line, len(segments), [told], EDIFACT)
    assert (record["item"], record["item_type"]) == ((line, 2, 0), (line, 2, 1))


def test_the_gatekeeper_lets_no_lesser_identifier_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("udf.message.prefer_items", lambda segments, first, last, records, x12: list(records))
    lesser = {"item": (PIA, 1, 0), "item_type": (PIA, 1, 1)}
    assert "item-not-preferred" in tell(STOCK, "line", lambda records: [record | lesser for record in records])


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_wrong_in_one_thing_is_named(lie: str) -> None:
    text, kind, change, code = LIES[lie]
    assert code in tell(text, kind, change)


def test_a_lost_place_is_told_of_the_message_whatever_else_an_answer_lacks() -> None:
    places = "LOC+162+S1::9 QTY+153:5 PRI+AAA:10 QTY+153:3 PRI+AAA:10 LOC+162+S2::9 QTY+153:1 PRI+AAA:10"
    text = message("SLSRPT", f"BGM+73E+S1+9 {WEEK} LIN+1++{A}:EN {places}")
    assert "place-lost" in tell(text, "line", lambda records: records)
    assert {"price-not-used", "place-lost"} <= tell(text, "line", drop("price", "price_type"))


def test_any_of_the_prices_that_stand_together_is_taken_for_the_preferred_one() -> None:
    other = {"price": (OTHER_PRICE, 0, 1), "price_type": (OTHER_PRICE, 0, 0)}
    assert tell(STOCK, "line", lambda records: [record | other for record in records]) == set()


def test_a_lesser_identifier_gives_way_to_the_better_one_beside_it() -> None:
    """Which identifier is preferred is the contract's rule: a model that points at any of them has read the line."""
    lesser = {"item": (PIA, 1, 0), "item_type": (PIA, 1, 1)}
    assert tell(STOCK, "line", lambda records: [record | lesser for record in records]) == set()


def test_an_identifier_with_the_type_of_another_gives_way_to_none() -> None:
    mixed = {"item": (PIA, 1, 0), "item_type": (LIN, 2, 1)}
    assert "item-misplaced" in tell(STOCK, "line", lambda records: [record | mixed for record in records])


class Mumbler:
    """Answers with tokens that are no answer."""

    def __init__(self, tokens: tuple[int, ...]) -> None:
        self.tokens = tokens

    def answer(self, prompts: Sequence[Prompt], prefixes: Sequence[tuple[int, ...]] | None = None) -> list[Answer]:
        return [Answer(self.tokens, (0.1,) * len(self.tokens), (EOS,) * len(self.tokens)) for _ in prompts]


@pytest.mark.parametrize(
    "tokens",
    [
        (),
        (FIELD["quantity"],),
        (FIELD["quantity"], MARK + 120, EOS),
        (FIELD["item"], MARK, FIELD["location"], MARK, EOS),
        (PAD, MARK, EOS),
    ],
)
def test_an_answer_without_the_format_is_named(tokens: tuple[int, ...]) -> None:
    outcome = Compiler(Mumbler(tokens)).compile_batch([STOCK])[0]
    assert not outcome.is_valid
    assert {problem.code for problem in outcome.problems if problem.severity == "error"} >= {"output-format"}


DIGIT = "gtin-check-digit"


@pytest.mark.parametrize(
    ("item", "warned"),
    [
        ("4006381333931:EN", None), ("4006381333932:EN", DIGIT), ("400638133393X:EN", "gtin-not-a-number"),
        ("036000291452:UP", None), ("036000291453:UP", DIGIT), ("400638133393:EN", DIGIT), ("4006381333932:SA", None),
        ("12345678901:UI", None), ("WQ-1001:SRV", "gtin-not-a-number"),
    ],
)  # fmt: skip
def test_a_wrong_check_digit_is_a_warning_where_the_type_promises_one(item: str, warned: str | None) -> None:
    outcome = compile_by_rules(message("SLSRPT", f"BGM+73E+S1+9 {WEEK} LIN+1++{item} QTY+153:5:PCE"))
    assert outcome.is_complete
    found = {problem.code for problem in outcome.problems if problem.code.startswith("gtin")}
    assert found == ({warned} if warned else set())


def test_every_line_group_is_a_line_or_a_rejected_line_with_its_reason() -> None:
    items = ["LIN*1*UP*036000291452 ZA*QS*5*EA", "LIN*2*UP*012345678905 ZA*QS*5O*EA", "LIN*3*UP*036000291452"]
    outcome = compile_by_rules(activity(" ".join(items)))
    assert outcome.document is not None
    assert [line.line_number for line in outcome.document.lines] == ["1"]
    assert [(line.line_number, [p.code for p in line.problems]) for line in outcome.rejected_lines] == [
        ("2", ["quantity-not-a-number"]), ("3", ["line-without-quantity"]),
    ]  # fmt: skip
    assert outcome.is_valid
    assert not outcome.is_complete


def test_a_lost_place_is_told_of_the_message_where_its_quantities_were_misread_too() -> None:
    places = "LOC+162+S1::9 QTY+153:5 PRI+AAA:10 QTY+153:3 PRI+AAA:10 LOC+162+S2::9 QTY+153:1 PRI+AAA:10"
    text = message("SLSRPT", f"BGM+73E+S1+9 {WEEK} LIN+1++{A}:EN {places}")
    assert {"quantity-not-used", "place-lost"} <= tell(text, "line", lambda records: records[:1])
