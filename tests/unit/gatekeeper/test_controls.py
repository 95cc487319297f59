"""Counts, sums, beginnings and trailers: right ones pass, and each wrong one is an error."""

import pytest

from tests.small_messages import activity, inventory, message, resale, sales, stock
from udf.train.attack.rules_engine import compile_by_rules

A, B = "4006381333931", "4006381333948"
LINES = f"LIN+1++{A}:EN QTY+153:1 LIN+2++{B}:EN QTY+153:2"
UP = "LIN*1*UP*036000291452"


def errors(text: str) -> set[str]:
    return {problem.code for problem in compile_by_rules(text).problems if problem.severity == "error"}


@pytest.mark.parametrize(
    "text",
    [
        sales(LINES),
        sales(f"{LINES} CNT+2:2 CNT+1:3"),
        sales(f"{LINES} UNS+S CNT+2:2"),
        sales(LINES).replace("UNT+11+1", "UNT+0011+1"),
        stock(f"LIN+1++{A}:EN QTY+145:-5 CNT+1:-5"),
        sales(f"LIN+1++{A}:EN QTY+153:10 QTY+145:5 CNT+1:10"),
        sales(f"LIN+1++{A}:EN QTY+153:10 QTY+145:5 CNT+1:15"),
        activity(f"{UP} ZA*QS*5*EA QTY*N4*3 CTT*1*5"),
        activity(f"{UP} ZA*QS*5*EA QTY*N4*3 CTT*1*8"),
        activity(f"{UP} ZA*QS SDQ*EA*92*0001*5*0002*7 CTT*1*12"),
        activity(f"{UP} ZA*QS SDQ*EA*92*0001*0 CTT*1*0"),
        # X12 347: the sum of the digits, whatever the signs and decimal points, as in the element's own example
        activity(f"{UP} ZA*QS*-.0018 ZA*QR*.18 ZA*QA*1.8 ZA*QP*18.01 CTT*1*1855"),
        inventory(f"{UP} QTY*33*9999999999 QTY*63*2 CTT*1*1"),
        resale(f"QTY*TO*11 PTD*SS QTY*32*5*EA {UP} PTD*SS QTY*32*6*EA LIN*2*UP*012345678905 CTT*2"),
    ],
)
def test_right_counts_and_sums_pass(text: str) -> None:
    assert compile_by_rules(text).is_complete, errors(text)


@pytest.mark.parametrize(
    "text",
    [
        activity("N1*ST*STORE*92*0101 CTT*0"), inventory("CTT*0"), stock("CNT+2:0"),
        # D.96A: LIN is conditional below LOC
        sales(""), sales("LOC+162+4012345000023::9"),
    ],
)  # fmt: skip
def test_a_message_that_says_it_has_no_line_is_a_report_of_nothing(text: str) -> None:
    outcome = compile_by_rules(text)
    assert outcome.is_complete
    assert [problem.code for problem in outcome.problems if problem.code.startswith("nil")] == ["nil-report"]


@pytest.mark.parametrize(
    "text",
    [activity("N1*ST*STORE*92*0101"), activity("CTT*1"), stock(""), stock("CNT+2:1"), inventory("CTT"),
     message("SLSRPT", "BGM+73E+S1+9 NAD+BY+1::9")],
)  # fmt: skip
def test_a_message_that_has_no_line_and_does_not_say_so_has_lost_them(text: str) -> None:
    assert "message-without-lines" in errors(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (sales(LINES).replace("UNT+11+1", "UNT+12+1"), "unt-count-mismatch"),
        (activity(f"{UP} ZA*QS*-.0018 ZA*QR*.18 ZA*QA*1.8 ZA*QP*18.01 CTT*1*1854"), "ctt-hash-mismatch"),
        (sales(LINES).replace("UNT+11+1", "UNT++1"), "unt-count-mismatch"),
        (sales(LINES).replace("UNT+11+1", "UNT+11+2"), "control-reference-mismatch"),
        (sales(LINES).replace("UNT+11+1", "UNT+11"), "control-reference-mismatch"),
        (sales(LINES).replace("UNT+11+1'", ""), "truncated-message"),
        (activity(f"{UP} ZA*QS*5*EA").replace("SE*5", "SE*4"), "se-count-mismatch"),
        (activity(f"{UP} ZA*QS*5*EA").replace("SE*5*0001", "SE*5*0002"), "control-reference-mismatch"),
        (sales(f"{LINES} CNT+2:3"), "cnt-line-count-mismatch"),
        (sales(f"{LINES} CNT+1:4"), "cnt-quantity-mismatch"),
        (sales(f"LIN+1++{A}:EN QTY+153:10 QTY+145:5 CNT+1:5"), "cnt-quantity-mismatch"),
        (activity(f"{UP} ZA*QS*5*EA CTT*2"), "ctt-line-count-mismatch"),
        (activity(f"{UP} ZA*QS*5*EA CTT*X"), "ctt-line-count-mismatch"),
        (activity(f"{UP} ZA*QS*5*EA CTT*1*6"), "ctt-hash-mismatch"),
        (activity(f"{UP} ZA*QS SDQ*EA*92*0001*5 CTT*1*0"), "ctt-hash-mismatch"),
        (activity(f"{UP} ZA*QS QTY*N4*3 SDQ*EA*92*0001*5 CTT*1*0"), "ctt-hash-mismatch"),
        (resale(f"QTY*TO*12 PTD*SS QTY*32*5*EA {UP}"), "message-total-mismatch"),
        (message("SLSRPT", LINES), "beginning-missing"),
        (message("852", f"{UP} ZA*QS*5*EA"), "beginning-missing"),
        (message("852", f"{UP} XQ*H*20260101 ZA*QS*5*EA"), "beginning-missing"),
    ],
)
def test_a_wrong_count_sum_or_reference_is_an_error(text: str, code: str) -> None:
    assert code in errors(text)


def test_lines_behind_the_trailer_are_caught() -> None:
    assert "segments-after-trailer" in errors(sales(LINES) + f"LIN+3++{A}:EN'QTY+153:3'UNT+3+1'")


def test_the_trailers_of_the_interchange_may_stand_behind_the_message() -> None:
    head = "UNB+UNOC:3+A:14+B:14+260108:0800+1'"
    assert compile_by_rules(head + sales(LINES) + "UNZ+1+1'").is_complete


def test_every_segment_that_is_lost_with_the_count_put_right_is_refused_or_leaves_no_wrong_line() -> None:
    rows = f"BGM+73E+S1+9 DTM+90:20260101:102 DTM+91:20260107:102 LOC+162+S1 {LINES} CNT+2:2".split()
    whole = compile_by_rules(message("SLSRPT", " ".join(rows)))
    assert whole.is_complete
    assert whole.document is not None
    right = {(line.item_id, line.quantity, line.period_end) for line in whole.document.lines}
    for lost in range(len(rows)):
        outcome = compile_by_rules(message("SLSRPT", " ".join(rows[:lost] + rows[lost + 1 :])))
        if outcome.is_valid and outcome.document is not None:
            found = {(line.item_id, line.quantity, line.period_end) for line in outcome.document.lines}
            assert found <= right, rows[lost]
