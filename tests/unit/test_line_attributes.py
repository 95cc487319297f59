"""What a line states beside its fields is kept by the name of its segment and its code."""

from tests.small_messages import inventory, message, resale, sales, stock
from tests.unit.test_document import LIN, UP, document, first_line


def test_the_kind_of_a_transfer_and_the_state_of_a_stock_are_kept() -> None:
    # X12 867: PTD01 opens the group of its quantities; D.96A INVRPT: INV 4501 and 7491 behind their QTY
    assert first_line(resale(f"PTD*SS N1*ST*A*92*7 QTY*32*5*EA {UP}")).attributes == {"transfer": "SS"}
    named = {"inventory_direction": "2", "inventory_status": "1"}
    assert first_line(stock(f"{LIN} QTY+145:5 INV+2+1")).attributes == named


def test_the_market_of_a_sale_is_kept() -> None:
    # D.96A MKS: 7293 says what sort of market it is, C332 3496 which
    assert first_line(sales(f"{LIN} QTY+153:5 MKS+74+WHL")).attributes == {"market_74": "WHL"}


def test_both_dates_of_a_part_are_kept_by_their_codes() -> None:
    # 004010 SCH: 05 to 07 and 08 to 10 are a qualifier, a date and a time each
    line = first_line(inventory(f"{UP} QTY*33*12*EA SCH*12*EA*WH*W1*018*20260105**036*20260106"))
    assert line.attributes == {"date_018": "20260105", "date_036": "20260106"}


BELOW_GIS = (
    f"BGM+73E+S1+9 DTM+137:20260108:102 GIS+37 {LIN} LOC+162+A::9 RFF+AAK:1 DTM+356:20260105:102 QTY+153:5 QTY+61:1"
    " LOC+162+B::9 RFF+AAK:2 DTM+356:20260106:102 QTY+153:6"
)


def test_what_stands_below_a_place_is_of_its_own_quantities() -> None:
    # D.97A SLSRPT, below GIS: LIN, LOC with RFF, DTM and MOA, QTY below LOC
    lines = document(message("SLSRPT", BELOW_GIS).replace("D:96A", "D:97A")).lines
    assert [(line.location_id, str(line.period_end), line.attributes) for line in lines] == [
        ("A", "2026-01-05", {"reference_AAK": "1"}), ("A", "2026-01-05", {"reference_AAK": "1"}),
        ("B", "2026-01-06", {"reference_AAK": "2"}),
    ]  # fmt: skip
