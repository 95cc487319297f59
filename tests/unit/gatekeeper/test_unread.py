"""Data of quantities that no record can hold."""

import pytest

from tests.small_messages import activity, inventory, resale, sales
from tests.unit.gatekeeper.test_syntax import LIN, UP, errors


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} QTY+153:1:PCE+9"), sales(f"{LIN} QTY+153+1+PCE+9"),
        activity(f"{UP} ZA*QS*5*EA*007*20260103*AB*X*N*9"),
        activity(f"{UP} ZA*QS SDQ*EA*92{'*1*1' * 10}*7*9"), inventory(f"{UP} QTY*33*5*EA*TXT*9"),
        inventory(f"{UP} QTY*33*5 UIT*EA*9*CT*7"),
    ],
)  # fmt: skip
def test_what_stands_behind_the_last_element_is_unread(text: str) -> None:
    assert "unread-data" in errors(text), errors(text)


@pytest.mark.parametrize(
    "text",
    [
        sales(f"{LIN} QTY+153+1+PCE"), activity(f"{UP} ZA*QS SDQ*EA*92{'*1*1' * 10}*7"),
        inventory(f"{UP} QTY*33*5 UIT*EA*9*CT"), resale(f"PTD*SS QTY*32*5 {UP} UIT*EA*9"),
    ],
)  # fmt: skip
def test_what_a_record_or_an_attribute_holds_is_read(text: str) -> None:
    assert "unread-data" not in errors(text), errors(text)


@pytest.mark.parametrize(
    "parts",
    [
        "SDQ*EA*92*0001*5*0002", "SDQ*EA*92*0001**0002*5", "LS*1 REF*IT*1*5", "REF*IT*1*5 LE*1", "LS*1 LE*1",
        "LS*1 REF*IT*1*5 LE*1 REF*IT*2*6",
    ],
)  # fmt: skip
def test_half_a_part_or_half_a_loop_is_incomplete(parts: str) -> None:
    assert "part-incomplete" in errors(inventory(f"{UP} QTY*33 {parts}")), errors(inventory(f"{UP} QTY*33 {parts}"))


def test_a_quantity_of_two_components_is_ambiguous() -> None:
    text = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260108*0800*U*00401*1*0*P*>~"
    text += "GS*PD*A*B*20260108*0800*1*X*004010~" + activity(f"{UP} ZA*QS*5>7*EA") + "GE*1*1~IEA*1*1~"
    assert "number-ambiguous" in errors(text), errors(text)
