"""The layout of a message: one beginning before its lines, and nothing of a line behind the last one."""

import pytest

from tests.small_messages import activity, inventory, message, resale, sales
from tests.unit.gatekeeper.test_controls import LINES, UP, errors
from udf.train.attack.rules_engine import compile_by_rules


@pytest.mark.parametrize(
    "text",
    [
        sales(LINES), activity(f"{UP} ZA*QS*5*EA"), inventory(f"{UP} QTY*33*5*EA"),
        resale(f"PTD*SS QTY*32*5*EA {UP}"),
    ],
)  # fmt: skip
def test_a_message_with_its_beginning_passes_and_without_it_is_refused(text: str) -> None:
    assert compile_by_rules(text).is_complete, errors(text)
    end = "~" if text.startswith("ST") else "'"
    head, beginning, rest = text.split(end, 2)
    assert errors(f"{head}{end}{rest}") >= {"beginning-missing"}
    assert errors(f"{head}{end}{beginning}{end}{beginning}{end}{rest}") >= {"beginning-repeated"}


def test_two_messages_that_ran_together_are_caught_with_their_counts_put_right() -> None:
    text = message("SLSRPT", f"BGM+73E+S1+9 {LINES} BGM+73E+S2+9 {LINES}")
    assert "beginning-repeated" in errors(text)


@pytest.mark.parametrize("stray", ["DTM+356:20260107:102", "LOC+162+S9", "PRI+AAA:9.99"])
def test_what_lines_are_made_of_is_unread_in_the_summary(stray: str) -> None:
    assert "unread-data" in errors(sales(f"{LINES} UNS+S {stray} CNT+2:2"))
