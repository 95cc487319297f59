"""The prices of a quantity: all are kept, one is preferred, and what they are for is said."""

from decimal import Decimal

import pytest

from tests.small_messages import WEEK, activity, message, resale, sales
from tests.unit.test_document import LIN, UP, codes, first_line
from udf.train.attack.rules_engine import compile_by_rules


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        (sales(f"{LIN} PRI+AAA:120::RTP:100 QTY+153:1"), "for 100"),
        (activity(f"{UP} CTP*RS*UCP*120******HP ZA*QS*1*EA"), "for a hundred"),
        (activity(f"{UP} CTP*RS*UCP*120***DIS*0.9 ZA*QS*1*EA"), "times 0.9"),
        (activity(f"{UP} CTP*RS*UCP*120*12 ZA*QS*1*EA"), "for 12"),
    ],
)
def test_a_price_that_is_not_for_one_unit_is_kept_with_what_it_is_for_and_named(text: str, basis: str) -> None:
    line = first_line(text)
    assert (line.price, line.attributes["price_basis"]) == (Decimal(120), basis)
    assert line.price_quantity == {"for 100": 100, "for a hundred": 100, "for 12": 12}.get(basis)
    assert "price-basis" in codes(compile_by_rules(text))


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} PRI+AAA:120::RTP:1:PCE QTY+153:1"),
        activity(f"{UP} CTP*RS*UCP*120*1*EA***PE ZA*QS*1*EA"),
        activity(f"{UP} CTP*RS*UCP*120*****1 ZA*QS*1*EA"),
    ],
)
def test_a_price_for_one_unit_is_a_price(text: str) -> None:
    assert first_line(text).price == Decimal(120)


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} PRI+AAA:120::RTP:1:CT QTY+153:4:PCE"),
        activity(f"{UP} CTP**UCP*120**CA ZA*QS*4*EA"),
    ],
)
def test_a_price_for_another_unit_is_kept_with_its_unit_and_named(text: str) -> None:
    line = first_line(text)
    assert line.price == Decimal(120)
    assert line.price_unit in ("CT", "CA")
    assert text[slice(*line.source["price_unit"])] == line.price_unit
    assert "price-basis" in codes(compile_by_rules(text))


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        # The table of types says which: what consumers pay, then what is suggested, then what the trade pays.
        (activity(f"{UP} CTP**UCP*3.50 CTP**RTL*9.99 ZA*QS*4*EA"), "RTL"),
        (activity(f"{UP} CTP**RTL*9.99 CTP**UCP*3.50 ZA*QS*4*EA"), "RTL"),
        (sales(f"{LIN} PRI+AAE:9.99 PRI+AAA:8.45 QTY+153:1"), "AAA"),
        (sales(f"{LIN} PRI+AAA:8.45::NTP PRI+AAE:9.99::RTP QTY+153:1"), "AAE"),
        # Whatever its type, a price for a case is not that of a piece.
        (activity(f"{UP} CTP**RTL*100**CA CTP**RTL*9.99**EA ZA*QS*4*EA"), "RTL"),
    ],
)
def test_of_several_prices_the_preferred_is_the_price_and_all_are_kept(text: str, chosen: str) -> None:
    line = first_line(text)
    assert line.price_type == chosen
    assert line.price in (Decimal("9.99"), Decimal("8.45"))
    assert text[slice(*line.source["price"])] == str(line.price)
    assert len(line.prices) == 2
    assert next(price for price in line.prices if price.price == line.price).price_type == chosen


def test_of_prices_that_no_table_tells_apart_none_is_the_price_and_all_are_kept() -> None:
    text = resale(f"PTD*SS QTY*32*5*EA {UP} UIT*EA*0.85*RS UIT*EA*0.80*RS")
    line = first_line(text)
    assert (line.price, line.price_type) == (None, None)
    assert [price.price for price in line.prices] == [Decimal("0.85"), Decimal("0.80")]
    assert "price-not-preferred" in codes(compile_by_rules(text))


def test_a_price_that_is_sent_twice_is_one() -> None:
    line = first_line(sales(f"{LIN} PRI+AAA:9.99 PRI+AAA:9.99 QTY+153:1"))
    assert (line.price, len(line.prices)) == (Decimal("9.99"), 1)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("PRI+AAA:2 CUX+2:USD:10", ["USD"]),
        ("PRI+AAA:2 CUX+2:USD:10 QTY+61:1 PRI+AAA:2 CUX+2:USD:10", ["USD", "USD"]),
        ("PRI+AAA:2 QTY+61:1 PRI+AAA:2", ["EUR", "EUR"]),
        ("PRI+AAA:2 CUX+2:EUR:10 QTY+61:1 PRI+AAA:2", ["EUR", "EUR"]),
        ("PRI+AAA:2 CUX+2:USD:10 QTY+61:1 PRI+AAA:2", []),
        ("PRI+AAA:2 QTY+61:1 PRI+AAA:2 CUX+2:USD:10", []),
        ("PRI+AAA:2 CUX+2:USD:10 PRI+AAB:3 CUX+2:USD:10", ["USD"]),
        ("PRI+AAA:2 CUX+2:USD:10 PRI+AAB:3", []),
        ("PRI+AAA:2 PRI+AAB:3 CUX+2:USD:10", []),
    ],
)
def test_the_currency_below_one_price_says_nothing_of_another(lines: str, told: list[str]) -> None:
    # D.96A INVRPT: group 13 is PRI, CUX, DTM, in the group of a quantity; D.99B SLSRPT: CUX below PRI
    text = message("SLSRPT", f"BGM+73E+S1+9 {WEEK} CUX+2:EUR:10 LOC+162+S1 {LIN} QTY+153:5 {lines}")
    outcome = compile_by_rules(text)
    assert outcome.document is not None
    assert [line.currency for line in outcome.document.lines] == told
    assert told or "currency-ambiguous" in codes(outcome)
