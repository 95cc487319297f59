"""What a training run shows, with a terminal and without."""

import pytest

from udf.train.fit.progress import Display, describe, describe_time

REPORT = {"step": 200, "minutes": 1.5, "loss": 0.25, "exact": 0.5, "tokens_per_second": 6000.0}


def test_times_are_minutes_and_seconds() -> None:
    assert [describe_time(seconds) for seconds in (90, 0.2, 0, -5, 3600)] == ["1:30", "0:01", "0:00", "0:00", "60:00"]


def test_a_report_is_one_line() -> None:
    assert describe(REPORT) == "step 200  loss 0.2500  exact on held-out partners 50.00%  6,000 tokens/s"


def test_a_report_is_printed_with_the_time_that_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    with Display(100) as display:
        display.advance(1, 0.5, 10)
        display.report(REPORT)
    assert capsys.readouterr().out.splitlines() == [f"{describe(REPORT)}  0:10 left"]
