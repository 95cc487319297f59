"""How values are written: roles, features, the pattern of the usual ones, and changes."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from udf.edi.delimiters import Delimiters
from udf.edi.reader import read_segments
from udf.plans.features import ESTABLISHED, Seen, find_change, gather, may_be_swapped, name_role, narrow, note_value
from udf.plans.shapes import Slot

X12 = Delimiters("X12", "~", "*", ">", None, None, None)
NUMBER, DIGITS = Slot("number"), Slot("digits")


def see(slot: Slot, values: Sequence[object]) -> Seen:
    seen: Seen = Counter()
    for value in values:
        note_value(seen, slot, str(value))
    return seen


@pytest.mark.parametrize(
    ("text", "element", "slot", "role"),
    [
        ("SDQ*EA*92*001*3~", 3, NUMBER, "SDQ EA 92"),
        ("SDQ*EA*92*001*3~", 2, DIGITS, "SDQ EA 92 place"),
        ("CTP**RTL*5.25~", 2, NUMBER, "CTP RTL"),
        ("ZA*QS*5*EA~", 1, NUMBER, "ZA QS EA"),
        ("CTT*5~", 0, NUMBER, None),
        ("XQ*H*20261102~", 1, Slot("date", "99999999"), "date 8"),
        ("LIN*1*UP*614141100019~", 2, Slot("digits", "12"), None),
    ],
)
def test_a_value_has_the_role_of_its_codes(text: str, element: int, slot: Slot, role: str | None) -> None:
    assert name_role(read_segments(text, X12)[0], element, 0, slot) == role


def test_features_are_counted_and_no_value_is_kept() -> None:
    assert see(NUMBER, ["-007.50", "12"]) == Counter(
        {"n": 2, "sign:-": 1, "sign:": 1, "form:.2": 1, "form:": 1, "nought": 1, "width:1": 1, "width:2": 1}
    )
    found = gather([([(0, "SDQ EA 92", NUMBER)], ["0012"]), ([(0, "SDQ EA 92", NUMBER)], ["7"])])
    assert found["SDQ EA 92"]["n"] == 2
    assert may_be_swapped(found)
    assert not may_be_swapped({"ZA QS EA": found["SDQ EA 92"]})


def test_few_values_have_no_pattern_and_tell_no_change() -> None:
    few = see(NUMBER, range(1, ESTABLISHED))
    assert narrow(NUMBER, few) is None
    assert find_change(few, see(NUMBER, ["-1.5"] * 9)) is None


@pytest.mark.parametrize(
    ("usual", "now", "what"),
    [
        (range(10, 40), ["-12", "-13", "-14"], "signs"),
        ([f"{n}.25" for n in range(30)], ["125", "225", "325"], "decimals"),
        (range(10, 40), ["0012", "0013", "0014"], "nought"),
        (range(10, 40), [1200, 130000, 1400000], "digits on average"),
        (range(10, 40), [41, 7, 108], None),
        (range(10, 40), [-41, 7, 108], None),
    ],
)
def test_what_nearly_all_values_have_and_none_had_is_a_change(
    usual: Sequence[object], now: Sequence[object], what: str | None
) -> None:
    change = find_change(see(NUMBER, usual), see(NUMBER, now))
    assert (change is None) if what is None else (what in (change or ""))


@pytest.mark.parametrize(
    ("kind", "values", "fitting", "strange"),
    [
        ("number", range(1, 30), ["7", "0", "108"], ["007", "-7", "7.5", "10000"]),
        ("number", [f"{n / 100:.2f}" for n in range(99, 400, 7)], ["0.99", "12.00"], ["299", "1.5", "1.250", "2,99"]),
        ("number", [*range(20), "-1", "2.5"], ["-3", "1.5", "44"], ["3-", "1,5"]),
        ("number", ["-5"] * 20, ["-9"], ["9"]),
        ("digits", range(1000, 1030), ["4711"], ["12", "47110"]),
    ],
)
def test_a_pattern_fits_what_is_written_as_before(
    kind: str, values: Sequence[object], fitting: list[str], strange: list[str]
) -> None:
    slot = Slot(kind)
    pattern = narrow(slot, see(slot, values))
    assert pattern is not None
    assert [one for one in fitting if not re.fullmatch(pattern, one)] == []
    assert [one for one in strange if re.fullmatch(pattern, one)] == []
