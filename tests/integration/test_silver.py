"""Silver as an asset: what its checks see, and what stops Gold."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

import udf
from dagster_project.defs import silver, silver_checks
from dagster_project.defs.resources import Warehouse
from tests.integration.incoming import (
    Deliver,
    as_row,
    compile_all,
    stand_in,
    write_sales,
)
from udf.outcome import CompiledRow, Problem
from udf.postgres.worker import Progress


def run_silver(thresholds: silver_checks.Thresholds | None = None) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [silver.outcomes, silver_checks.silver_checks],
        resources={"warehouse": Warehouse()},
        run_config=dg.RunConfig({"silver_checks": thresholds or silver_checks.Thresholds()}),
        raise_on_error=False,
    )


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    return {check.check_name: check.passed for check in result.get_asset_check_evaluations()}


def test_a_good_run_passes_both_blocking_checks(deliver: Deliver) -> None:
    deliver(write_sales(1), write_sales(2), b"garbage", write_sales(3, "ORDERS"))
    result = run_silver()
    assert result.success
    assert verdicts(result) == {
        "every_message_has_an_outcome": True,
        "invalid_share_below_threshold": True,
        "flagged_invalid_rows": False,
        "plans_agree_with_the_model": True,
    }


def test_garbage_and_unsupported_types_do_not_count_as_invalid(deliver: Deliver) -> None:
    deliver(write_sales(1), *[write_sales(number, "ORDERS") for number in range(2, 40)], b"", b"garbage", b"1")
    result = run_silver()
    assert verdicts(result)["invalid_share_below_threshold"]
    assert check_metadata(result, "invalid_share_below_threshold")["messages of supported types"] == 1


def check_metadata(result: dg.ExecuteInProcessResult, name: str) -> dict[str, Any]:
    (check,) = [check for check in result.get_asset_check_evaluations() if check.check_name == name]
    return {key: value.value if hasattr(value, "value") else value for key, value in check.metadata.items()}


def refuse(share: float) -> Callable[..., list[CompiledRow]]:
    def compile_rows(texts: list[str], envelopes: Any = None) -> list[CompiledRow]:
        problem = Problem(code="unt-count-mismatch", severity="error", detail="UNT states 9 | found <8>")
        refused = as_row(message_type="SLSRPT", is_valid=False, is_complete=False, problems=[problem])
        good = stand_in(texts)
        return [refused if index < share * len(texts) else good[index] for index in range(len(texts))]

    return compile_rows


@pytest.mark.parametrize(("share", "passes"), [(0.4, True), (0.6, False)])
def test_too_many_invalid_messages_fail_a_blocking_check(
    share: float, passes: bool, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udf, "compile_rows", refuse(share))
    deliver(*[write_sales(number) for number in range(1, 11)])
    result = run_silver()
    assert verdicts(result)["invalid_share_below_threshold"] is passes
    assert result.success is passes


def test_the_threshold_is_a_knob_of_the_run(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udf, "compile_rows", refuse(0.6))
    deliver(*[write_sales(number) for number in range(1, 11)])
    assert verdicts(run_silver(silver_checks.Thresholds(max_invalid_share=0.7)))["invalid_share_below_threshold"]


def test_a_bad_day_counts_although_the_history_is_good(
    deliver: Deliver, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udf, "compile_rows", stand_in)
    deliver(*[write_sales(number) for number in range(1, 101)])
    connection.execute("update bronze.messages set received_at = received_at - interval '3 days'")
    connection.commit()
    compile_all()
    monkeypatch.setattr(udf, "compile_rows", refuse(1))
    deliver(*[write_sales(number) for number in range(101, 126)])
    result = run_silver()
    assert check_metadata(result, "invalid_share_below_threshold")["invalid share"] == 0.2
    assert not verdicts(result)["invalid_share_below_threshold"]


def test_flagged_rows_are_listed_by_reason_with_an_example(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udf, "compile_rows", refuse(0.4))
    deliver(*[write_sales(number) for number in range(1, 11)])
    found = check_metadata(run_silver(), "flagged_invalid_rows")
    (record,) = found["reasons"].records
    assert found["messages refused"] == 4
    assert (record.data["reason"], record.data["refused"], record.data["messages"]) == (
        "unt-count-mismatch",
        "message",
        4,
    )
    assert record.data["example"] == "UNT states 9 | found <8>"
    assert record.data["file"].endswith(".edi")


def test_a_message_without_outcome_fails_a_blocking_check(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silver, "compile_pending", lambda *_: Progress())
    deliver(write_sales(1))
    result = run_silver()
    assert not verdicts(result)["every_message_has_an_outcome"]
    assert not result.success
