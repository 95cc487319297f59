"""Where prices stand, what they are for, and which quantity has which."""

import pytest

from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.standards.edifact import EDIFACT
from udf.standards.prices import BASES, bind_prices, price_basis, price_kind, price_runs, price_type_slot
from udf.standards.reference import load_reference
from udf.standards.setting import Setting
from udf.standards.standard import Standard
from udf.standards.x12 import X12

SALES = Setting(EDIFACT, "SLSRPT", "D:96A:UN", "", None, load_reference())
ACTIVITY = Setting(X12, "852", "004010", "", None, load_reference())


def edifact(body: str) -> list[Segment]:
    return read_segments("UNH+1+SLSRPT:D:96A:UN'" + "".join(f"{word}'" for word in body.split()))[1:]


def x12(body: str) -> list[Segment]:
    return read_segments("ST*852*0001~" + "".join(f"{word}~" for word in body.split()))[1:]


def test_of_prices_that_stand_together_the_first_is_the_price() -> None:
    segments = edifact("LIN+1 PRI+AAA:9 PRI+INV:8 QTY+153:1 PRI+AAA:7 PRI+AAB")
    assert price_runs(segments, 0, len(segments), SALES) == [(1, 0, 1), (4, 0, 1)]
    segments = x12("LIN*1 CTP**RTL*9 ZA*QS*5 UIT*EA UIT*EA*3")
    assert price_runs(segments, 0, len(segments), ACTIVITY) == [(1, 2, 0), (4, 1, 0)]


@pytest.mark.parametrize(
    ("segments", "price", "kind"),
    [
        (edifact("PRI+AAA:9"), (0, 0, 1), (0, 0, 0)), (x12("CTP**RTL*9"), (0, 2, 0), (0, 1, 0)),
        (x12("UIT*EA*9*CT"), (0, 1, 0), (0, 2, 0)), (x12("UIT*EA*9"), (0, 1, 0), None),
    ],
)  # fmt: skip
def test_the_type_of_a_price_stands_by_it(
    segments: list[Segment], price: tuple[int, int, int], kind: tuple[int, int, int] | None
) -> None:
    assert price_type_slot(segments, price) == kind


@pytest.mark.parametrize(
    ("segment", "basis"),
    [
        (edifact("PRI+AAA:9::RTP:100:PCE")[0], "for 100"), (edifact("PRI+AAA:9::RTP:1:PCE")[0], None),
        (x12("CTP**RTL*9*12*EA")[0], "for 12"), (x12("CTP**RTL*9*1*EA**3")[0], "times 3"),
        (x12("CTP**RTL*9******HP")[0], "for a hundred"), (x12("UIT*EA*9*TP")[0], "for a thousand"),
        (x12("UIT*EA*9*CT")[0], None), (x12("CTP**RTL*9*X")[0], "for X"),
    ],
)  # fmt: skip
def test_a_price_may_be_for_more_than_one_unit(segment: Segment, basis: str | None) -> None:
    assert price_basis(segment) == basis


@pytest.mark.parametrize("standard", [EDIFACT, X12])
def test_a_basis_is_a_number_in_the_standard(standard: Standard) -> None:
    found = [(tag, e, c) for tag, slots in BASES.items() for e, c, _ in slots if tag in standard.segments]
    assert found
    assert all(standard.kind_of(*at) == "number" for at in found)


def test_prices_of_two_kinds_differ_in_what_tells_them_apart() -> None:
    one, other = edifact("PRI+AAA:9:CT:RTP PRI+AAA:8:CT:RTP")
    assert price_kind(one) == price_kind(other) == ("AAA", "CT", "RTP", "", "")


def test_a_price_is_its_quantity_s_or_the_line_s() -> None:
    before = edifact("LIN+1 PRI+AAA:9 QTY+153:1 QTY+61:2")
    assert bind_prices(before, 0, 4, [2, 3], SALES) == ({2: (1, 0, 1), 3: (1, 0, 1)}, [])
    behind = edifact("LIN+1 QTY+153:1 QTY+61:2 PRI+AAA:9")
    assert bind_prices(behind, 0, 4, [1, 2], SALES) == ({1: (3, 0, 1), 2: (3, 0, 1)}, [])
    # X12 has a price behind the quantity that it is for
    assert bind_prices(x12("LIN*1 ZA*QS*1 ZA*QA*2 CTP**RTL*9"), 0, 4, [1, 2], ACTIVITY) == ({1: None, 2: (3, 2, 0)}, [])


def test_of_a_price_of_the_line_and_one_of_the_activity_the_nearer_is_its_price() -> None:
    # 004010 852: CTP stands in the loop of LIN and in that of ZA
    both = x12("LIN*1 CTP**RTL*9 ZA*QS*1 CTP**RTL*7 ZA*QA*2")
    assert bind_prices(both, 0, 5, [2, 4], ACTIVITY) == ({2: (3, 2, 0), 4: (1, 2, 0)}, [])
    kinds = x12("LIN*1 ZA*QS*1 CTP**RTL*9 ZA*QS*2 CTP**PRP*7")
    assert bind_prices(kinds, 0, 5, [1, 3], ACTIVITY) == ({1: (2, 2, 0), 3: (4, 2, 0)}, [])


@pytest.mark.parametrize(
    "body",
    [
        "LIN+1 PRI+AAA:9 QTY+153:1 PRI+AAA:8", "LIN+1 PRI+AAA:9 PIA+1 PRI+AAB:8 QTY+153:1",
        "QTY+153:1 PRI+AAA:9 PRI+AAA:8",
    ],
)  # fmt: skip
def test_prices_that_may_be_another_quantity_s_are_ambiguous(body: str) -> None:
    segments = edifact(body)
    activities = [i for i, segment in enumerate(segments) if segment.tag == "QTY"]
    assert [f.code for f in bind_prices(segments, 0, len(segments), activities, SALES)[1]] == ["price-ambiguous"]
