"""The same quantity twice: what tells the two apart lets them pass, and nothing else does."""

import pytest

from tests.small_messages import activity, inventory, message, sales, stock
from tests.unit.gatekeeper.test_syntax import LIN, UP, errors

BARE = "BGM+73E+S1+9 LOC+162+S1::9"


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} QTY+153:5 RFF+AAK:1 QTY+153:5 RFF+AAK:2"),
        activity(f"{UP} ZA*QS*5*EA ZA*QS*49.95*DO"),
        activity(f"{UP} ZA*QS*5*EA*007*20260101 ZA*QS*5*EA*007*20260102"),
        stock(f"{LIN} QTY+145:5 RFF+BT:1 QTY+145:6 RFF+BT:2"), stock(f"{LIN} INV+1+1 QTY+145:5 INV+1+2 QTY+145:6"),
        # 004010 852: SDQ stands in the loop of its ZA, and ZA04 and 05 date the activity
        activity(f"{UP} ZA*QS**EA*006*20260101 SDQ*EA*92*1*5*2*6 ZA*QS**EA*006*20260102 SDQ*EA*92*1*5*2*6"),
        # D.96A SLSRPT, group 9: QTY, MKS (7293, C332: the sales channel), NAD
        sales(f"{LIN} QTY+153:5 MKS+74+WHL QTY+153:5 MKS+74+RTL"),
        # D.96A LOC C519: a related location; X12 SDQ23: a location within the store
        stock(f"{LIN} QTY+145:5 LOC+18+A::9+R12 QTY+145:6 LOC+18+A::9+R13"),
        activity(f"{UP} ZA*QA SDQ*EA*92*1*5{'*' * 19}FRONT SDQ*EA*92*1*6{'*' * 19}BACK"),
        # two batches, of which one has its expiry date, too
        stock(f"{LIN} QTY+145:5 GIN+BX+1 QTY+145:6 GIN+BX+2 DTM+361:20260101:102"),
        # D.96A INVRPT, group 12 below QTY: NAD, here the owner of the goods
        stock(f"{LIN} QTY+145:5 NAD+GO+A::9 QTY+145:6 NAD+GO+B::9"),
    ],
)  # fmt: skip
def test_quantities_that_say_what_they_are_pass(text: str) -> None:
    assert "repeated-quantity" not in errors(text), errors(text)


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} QTY+153:5 QTY+153:5"), sales(f"{LIN} QTY+153:5 RFF+AAK:1 QTY+153:5 RFF+AAK:1"),
        # sent twice: the first has no date of its own, and that of the line beside it tells nothing
        message("SLSRPT", f"{BARE} {LIN} DTM+356:20260101:102 QTY+153:5 QTY+153:5 DTM+356:20260102:102").replace(
            "D:96A", "D:01B"
        ),
        sales(f"{LIN} QTY+153:5:PCE QTY+153:5"), activity(f"{UP} ZA*QS*5*EA ZA*QS*6*EA"),
        activity(f"{UP} ZA*QS**EA*006*20260101 SDQ*EA*92*1*5 ZA*QS**EA*006*20260101 SDQ*EA*92*1*5"),
        sales(f"{LIN} QTY+153:5 MKS+74+WHL QTY+153:5 MKS+74+WHL"), sales(f"{LIN} QTY+153:5 QTY+153:5 MKS+74+WHL"),
        stock(f"{LIN} QTY+145:11 NAD+GO+A::9 QTY+145:5 NAD+GO+B::9 QTY+145:6 NAD+GO+C::9"),  # one is the others' sum
        stock(f"{LIN} QTY+145:5 GIN+BX+1 QTY+145:6 DTM+361:20260101:102"),
        sales(f"{LIN} QTY+153:15 MKS+74+ALL QTY+153:12 MKS+74+WHL QTY+153:3 MKS+74+RTL"),  # all channels and each
        stock(f"{LIN} QTY+145:5 NAD+BY+A::9 QTY+145:6 NAD+BY+B::9"),  # a buyer owns nothing of it
        stock(f"{LIN} QTY+145:5 RFF+BT:1 QTY+145:6"),  # a total with one part
        stock(f"{LIN} QTY+145:5 RFF+ON:1 QTY+145:6 RFF+ON:2"),  # orders do not lie apart
        stock(f"{LIN} QTY+145:11 RFF+BT:1 QTY+145:5 RFF+BT:2 QTY+145:6 RFF+BT:3"),  # one is the others' sum
    ],
)  # fmt: skip
def test_quantities_that_nothing_tells_apart_are_refused(text: str) -> None:
    assert "repeated-quantity" in errors(text), errors(text)


def test_a_store_that_stands_twice_in_a_split_is_no_lost_place() -> None:
    twice = activity(f"{UP} ZA*QS SDQ*EA*92*0101*5*0102*7 SDQ*EA*92*0101*5")
    assert errors(twice) & {"repeated-quantity", "place-lost"} == {"repeated-quantity"}


def test_one_sale_in_pieces_and_in_cartons_is_refused() -> None:
    assert "repeated-quantity" in errors(sales(f"{LIN} QTY+153:12:PCE QTY+153:1:CT"))
    assert "repeated-quantity" in errors(sales(f"{LIN} QTY+153:12:PCE QTY+153:4.1:KGM"))  # catch weight


TWO_PRICES = f"{LIN} QTY+153:5:PCE PRI+AAA:10 QTY+153:3:PCE PRI+AAA:8"
OTHER = "LIN+{}++4006381333948:EN QTY+153:1:PCE PRI+AAA:2"


@pytest.mark.parametrize("text", [sales(f"{TWO_PRICES} {OTHER.format(2)}"), sales(f"{TWO_PRICES} CNT+2:1")])
def test_two_prices_tell_two_sales_apart_where_no_item_between_them_can_be_lost(text: str) -> None:
    assert "repeated-quantity" not in errors(text), errors(text)


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{TWO_PRICES} {OTHER.format(3)}"), sales(TWO_PRICES), sales(f"{TWO_PRICES} CNT+2:2"),
        sales(f"{TWO_PRICES} {OTHER.format(2)}").replace("PRI+AAA:8", "PRI+AAA:10"),
    ],
)  # fmt: skip
def test_two_prices_that_may_be_those_of_two_items_tell_nothing_apart(text: str) -> None:
    assert "repeated-quantity" in errors(text), errors(text)


def test_movements_are_told_apart_by_their_dates_and_directions() -> None:
    one, two = "QTY+156:20 INV+1 DTM+179:20260110:102", "QTY+156:50 INV+2 DTM+179:20260115:102"
    assert "repeated-quantity" not in errors(stock(f"{LIN} {one} {two}"))
    assert "repeated-quantity" in errors(stock(f"{LIN} {one} {one}"))


def test_lots_may_each_name_the_same_place() -> None:
    lots = [f"QTY+145:{n} GIN+BX+LOT{n} LOC+14+4012345000016::9 DTM+36:2026010{n}:102" for n in (1, 2)]
    assert "repeated-quantity" not in errors(stock(f"{LIN} {' '.join(lots)}"))


@pytest.mark.parametrize(
    ("lines", "is_refused"),
    [
        # D.01B INVRPT: QTY with its DTM and RFF; each open order is another quantity
        (f"{LIN} QTY+21:30 DTM+2:20260210:102 RFF+ON:4711 QTY+21:20 DTM+2:20260217:102 RFF+ON:4712", False),
        (f"{LIN} QTY+21:30 QTY+21:20", True),
        # 4501: in and out
        (f"{LIN} QTY+156:5 INV+1 QTY+156:7 INV+2", False),
        (f"{LIN} QTY+156:5 INV+1 QTY+156:7 INV+1", True),
    ],
)
def test_what_moves_or_is_to_come_is_told_apart_by_order_and_direction(lines: str, is_refused: bool) -> None:
    assert ("repeated-quantity" in errors(stock(lines))) == is_refused


def test_a_part_is_told_apart_by_what_stands_with_it_and_not_with_the_next_quantity() -> None:
    lots = f"{UP} QTY*34*50*EA LS*REF REF*LT*A*20 REF*LT*B*30 LE*REF QTY*32*7*EA DTM*036*20260101"
    assert "repeated-quantity" not in errors(inventory(lots))
