"""The checks of values, on plain values; that both routes call them: `tests/unit/plans/test_checks.py`."""

from decimal import Decimal

import pytest

from udf.gatekeeper.values import (
    adds_up,
    are_told_apart,
    begins_with_nought,
    countable_lines,
    exchangeable_codes,
    find_sum,
    has_wrong_check_digit,
    is_count,
    is_fraction_of_pieces,
    is_reversed,
    is_same_reference,
    is_stated_again,
)


@pytest.mark.parametrize(("stated", "holds"), [("3", True), ("003", True), ("4", False), ("", False), ("٣", False)])
def test_a_count_is_digits_of_what_was_counted(stated: str, holds: bool) -> None:
    assert is_count(stated, {3, 5}) is holds


def test_transfers_may_be_counted_as_the_lines_of_an_867_alone() -> None:
    tags = {"LIN": 4, "PTD": 2}
    assert (countable_lines("867", tags), countable_lines("852", tags)) == ({2, 4}, {4})


@pytest.mark.parametrize(
    ("own", "repeated", "is_same"),
    [("7", "7", True), ("0007", "7", True), ("7", "8", False), ("7", "", False), ("", "", True), ("0", "", False)],
)
def test_noughts_in_front_tell_no_references_apart(own: str, repeated: str, is_same: bool) -> None:
    assert is_same_reference(own, repeated) is is_same


def test_totals_are_equal_as_numbers() -> None:
    assert adds_up(Decimal("7.0"), (Decimal(7),))
    assert not adds_up(Decimal(7), (Decimal(8), Decimal(9)))


@pytest.mark.parametrize(
    ("parts", "found"), [((5, 6, 11), 2), ((5, 6, 12), None), ((0, 0, 0), None), ((5, 5), None), ((9, 4, 5), 0)]
)
def test_of_three_parts_one_may_be_the_sum(parts: tuple[int, ...], found: int | None) -> None:
    assert find_sum([Decimal(part) for part in parts]) == found


def test_quantities_are_told_apart_by_what_each_says_and_no_other_says() -> None:
    assert are_told_apart(["A", "B"])
    assert are_told_apart(["A"], {"B"})
    for marks, others in ((["A", "A"], set()), (["A", ""], set()), ([()], set()), (["A"], {"A", "B"})):
        assert not are_told_apart(marks, others)


def test_a_period_ends_when_it_starts_or_later() -> None:
    assert is_reversed("2026-11-09", "2026-11-08")
    assert not is_reversed("2026-11-08", "2026-11-08")


def test_lines_that_differ_may_have_exchanged_their_codes_and_a_lost_principal_code_is_looked_for() -> None:
    sold, returned = frozenset(("153",)), frozenset(("61",))
    assert exchangeable_codes("SLSRPT", [sold, returned]) == {"153", "61"}
    assert exchangeable_codes("SLSRPT", [sold, sold]) == frozenset()
    assert exchangeable_codes("SLSRPT", [returned]) == {"153"}


def test_stock_is_stated_again_where_any_key_is_known() -> None:
    assert is_stated_again({1, 2}, {2, 3})
    assert not is_stated_again({1}, {2, 3})


def test_pieces_are_whole_and_kilograms_need_not_be() -> None:
    assert is_fraction_of_pieces(Decimal("1.5"), "PCE")
    assert not is_fraction_of_pieces(Decimal("2.0"), "PCE")
    assert not is_fraction_of_pieces(Decimal("1.5"), "KGM")


def test_a_check_digit_is_asked_for_where_the_type_promises_one() -> None:
    assert has_wrong_check_digit("4006381333932", "EN")
    assert not has_wrong_check_digit("4006381333931", "EN")
    assert not has_wrong_check_digit("4006381333932", "SA")


@pytest.mark.parametrize(
    ("number", "begins"), [("007", True), ("-07", True), ("0", False), ("0.5", False), (".05", False), ("70", False)]
)
def test_a_number_begins_with_a_nought_that_it_does_not_need(number: str, begins: bool) -> None:
    assert begins_with_nought(number) is begins
