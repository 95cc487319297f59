"""A date that its directory gives to a reference, a party or a promotion is no period of the goods."""

import pytest

from tests.small_messages import activity, message, resale, sales, stock
from tests.unit.gatekeeper.test_syntax import LIN, UP, errors

SALE = f"{LIN} QTY+153:5"


@pytest.mark.parametrize(
    "text",
    [
        # D.96A SLSRPT, groups 3, 4 and 6: RFF and DTM, CUX and DTM, and RFF and DTM below LOC
        message("SLSRPT", f"BGM+73E+1+9 NAD+SE+A::9 RFF+ON:1 DTM+356:20260107:102 LOC+162+S1 {SALE}"),
        message("SLSRPT", f"BGM+73E+1+9 NAD+SE+A::9 CUX+2:EUR:10 DTM+356:20260107:102 LOC+162+S1 {SALE}"),
        sales(f"RFF+ON:1 DTM+356:20260107:102 {SALE}"),
        # D.96A INVRPT, groups 10 and 14
        stock(f"{LIN} RFF+ON:1 DTM+366:20260105:102 QTY+145:5"),
        stock(f"{LIN} QTY+145:5 RFF+BT:1 DTM+366:20260105:102"),
        # 004010: 852 has DTM below N1, here of who sends, and below G95; 867 below LX
        message("852", f"XQ*H*20260101 N1*FR**92*A DTM*007*20260103 N1*ST**92*7 {UP} ZA*QS*5*EA"),
        activity(f"{UP} ZA*QS*5*EA G95*A DTM*007*20260103"),
        resale(f"PTD*SS N1*ST**92*7 QTY*32*5*EA {UP} LX*1 REF*LT*A DTM*007*20260103"),
    ],
)  # fmt: skip
def test_a_date_of_something_else_is_refused_as_a_period(text: str) -> None:
    assert "date-ambiguous" in errors(text)


@pytest.mark.parametrize(
    "text",
    [
        sales(f"RFF+ON:1 DTM+171:20260107:102 {SALE}"),  # 2005: a reference date, and no period
        stock(f"{LIN} DTM+366:20260105:102 RFF+ON:1 QTY+145:5"),
        stock(f"{LIN} QTY+145:5 DTM+366:20260105:102 RFF+BT:1"),
        message("852", f"XQ*H*20260101 N1*ST**92*7 DTM*007*20260103 {UP} ZA*QS*5*EA"),
        activity(f"{UP} ZA*QS*5*EA*007*20260103 G95*A"),
        resale(f"PTD*SS N1*ST**92*7 QTY*32*5*EA {UP} REF*LT*A DTM*007*20260103"),
        message("SLSRPT", f"BGM+73E+1+9 RFF+ON:1 NAD+SE+A::9 DTM+356:20260107:102 LOC+162+S1 {SALE}"),  # RFF moved
    ],
)  # fmt: skip
def test_a_date_of_the_goods_is_their_period(text: str) -> None:
    assert "date-ambiguous" not in errors(text)


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (activity(f"HL*1**I*1 {UP} ZA*QS*5*EA HL*2*1*F LIN*2*UP*614141100019 ZA*QS*9*EA"), True),
        (activity(f"{UP} SLN*1**I*2*EA****UP*614141100019 ZA*QS*5*EA"), True),  # 004010: SLN is of the 846
        (activity(f"{UP} SLN*1**I ZA*QS*5*EA"), False),  # it names no item
    ],
)
def test_parts_of_items_where_no_structure_has_them_are_refused(text: str, is_refused: bool) -> None:
    assert ("unread-data" in errors(text)) == is_refused


@pytest.mark.parametrize(
    ("version", "lines", "is_refused"),
    [
        # D.97A SLSRPT has PRI and DTM in the group of a quantity, D.96A PRI before it and no DTM
        ("D:96A", f"{SALE} QTY+61:1 PRI+AAA:2", False),
        ("D:97A", f"{SALE} QTY+61:1 PRI+AAA:2", True),
        ("D:97A", f"{SALE} PRI+AAA:2", False),
        ("D:97A", f"{SALE} PRI+AAA:2 QTY+61:1 PRI+AAA:2", False),
        ("D:96A", f"{SALE} QTY+61:1 DTM+356:20260103:102", True),
        ("D:97A", f"{SALE} QTY+61:1 DTM+356:20260103:102", False),
        ("D:96A", f"{SALE} DTM+356:20260103:102", False),
        ("D:96A", f"{SALE} DTM+356:20260103:102 QTY+61:1 DTM+356:20260103:102", False),
    ],
)
def test_what_stands_behind_the_last_of_several_quantities_is_theirs_where_it_cannot_be_its_own(
    version: str, lines: str, is_refused: bool
) -> None:
    found = errors(sales(lines).replace("D:96A", version))
    assert bool(found & {"price-ambiguous", "date-ambiguous"}) == is_refused


def test_an_address_without_its_party_has_lost_it() -> None:
    # 004010: N2, N3 and N4 stand in the loop of an N1 and nowhere else
    sold = f"PTD*SS N1*ST*SHOP*92*R1 N3*1_MAIN_ST N4*TAMPA REF*IV*1 QTY*32*5*EA {UP}"
    assert "place-lost" not in errors(resale(f"N1*DS*D*92*D1 PER*IC*A N4*MIAMI {sold}"))
    assert "place-lost" in errors(resale(f"{sold} N3*9_HIGH_ST N4*MIAMI QTY*32*2*EA LIN*2*UP*036000291452"))


def test_a_quantity_in_packages_is_no_stock_of_its_own() -> None:
    # D.94A INVRPT: below QTY stand CPS, PAC with MEA and QTY, PCI
    packed = f"{LIN} QTY+145:120 CPS+1 PAC+10++CT QTY+17:12"
    assert "quantity-outside-line" in errors(stock(packed))
    assert "quantity-outside-line" not in errors(stock(f"{LIN} QTY+145:120 CPS+1 PAC+10++CT {LIN} QTY+17:12"))
