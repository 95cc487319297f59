"""What is refused in a header or a group: each damage leaves another field without its proof."""

import pytest

from udf.compiler import Compiler

HEAD = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'{}LOC+162+4012345000016::9'"
LINE = "LIN+1++4006381333931:EN'QTY+153:12'"
WEEK = "DTM+90:20260105:102'DTM+91:20260111:102'"


def codes(body: str) -> set[str]:
    text = f"{body}UNT+{body.count(chr(39)) + 1}+1'"
    outcome = Compiler(None).compile_batch([text])[0]
    return {problem.code for problem in outcome.problems if problem.severity == "error"}


def test_a_sound_header_is_proved() -> None:
    assert codes(HEAD.format(WEEK) + LINE) == set()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (HEAD.format("DTM+90:20260111:102'DTM+91:20260105:102'") + LINE, "period-reversed"),
        (HEAD.format("DTM+90:20260105:102'") + LINE, "period-half-stated"),
        (HEAD.format(WEEK + "DTM+90:20260112:102'") + LINE, "date-ambiguous"),
        (HEAD.format("DTM+90:20263105:102'DTM+91:20260111:102'") + LINE, "date-invalid"),
        (HEAD.format(WEEK + "PRI+AAA:2.50'") + LINE, "price-outside-line"),
        (HEAD.format(WEEK + "QTY+153:5'") + LINE, "quantity-outside-line"),
        (HEAD.format(WEEK + "PIA+1+4006381333931:EN'") + LINE, "item-outside-line"),
        (HEAD.format(WEEK + "CUX+2:EUR:4'CUX+2:USD:4'") + LINE, "currency-ambiguous"),
        (HEAD.format(WEEK).replace("4012345000016::9", "") + LINE, "place-empty"),
    ],
    ids=lambda value: value if isinstance(value, str) and "'" not in value else "",
)  # fmt: skip
def test_a_header_that_leaves_a_field_open_is_refused_by_name(body: str, code: str) -> None:
    assert code in codes(body)
