"""Line numbers that repeat or leave some out are pointed at, those that count as they like are not."""

import pytest

from udf.gatekeeper.numbering import judge_line_numbers


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([[1, 2, 3]], []), ([[10, 20, 30]], []), ([[1, 2], [1, 2]], []), ([[7]], []), ([[]], []),
        ([[1, 2, 2]], ["line-number-repeated"]), ([[1, 2, 1]], ["line-number-repeated"]),
        ([[1, 2, 3, 5, 6]], ["line-number-gap"]), ([[1, 3, 4, 8]], []),
    ],
)  # fmt: skip
def test_a_sign_of_loss_is_a_warning(runs: list[list[int]], found: list[str]) -> None:
    numbered = [[(number, 10 * n + i) for i, number in enumerate(run)] for n, run in enumerate(runs)]
    assert [finding.code for finding in judge_line_numbers(numbered)] == found


def test_the_line_that_breaks_the_count_is_named() -> None:
    (finding,) = judge_line_numbers([[(1, 4), (2, 6), (2, 8)]])
    assert finding.segment == 8


@pytest.mark.parametrize("run", [[1, 2, 1, 2], [5, 6, 7, 5, 6], [1, 2, 1, 2, 1, 2]])
def test_numbers_that_begin_anew_under_one_place_are_no_warning_but_a_lost_place(run: list[int]) -> None:
    (finding,) = judge_line_numbers([list(zip(run, range(len(run)), strict=True))])
    assert finding.code == "place-lost"
    assert finding.segment == run[1:].index(run[0]) + 1
