"""Silver as an asset: what its checks see, and what stops Gold."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

import udf
from dagster_project.defs import silver, silver_checks
from dagster_project.defs.resources import Warehouse
from tests.integration.conftest import Dbt
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
        "no_partner_is_held": True,
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


@pytest.mark.parametrize("received", ["2026-11-30", "2031-01-01"])
def test_a_partners_bad_day_waits_until_it_recovers_or_is_released_and_others_go_on(
    received: str, deliver: Deliver, connection: Any, dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(query: str) -> list[tuple[Any, ...]]:
        connection.rollback()
        return list(connection.execute(query.encode()).fetchall())

    def build() -> int:
        dbt("run", "--select", "base_held_messages", "base_outcomes")
        return int(read("select count(*) from staging.base_outcomes")[0][0])

    monkeypatch.setattr(udf, "compile_rows", stand_in)
    deliver(*[write_sales(number) for number in range(1, 6)])
    connection.execute("update bronze.messages set received_at = %s", (f"{received} 12:00+00",))
    connection.execute('update bronze.messages set envelope = envelope || \'{"sender": "GOOD"}\'')
    connection.commit()
    compile_all()
    monkeypatch.setattr(udf, "compile_rows", refuse(0.6))
    deliver(*[write_sales(number) for number in range(101, 131)])
    result = run_silver()
    assert result.success
    assert verdicts(result)["invalid_share_below_threshold"]
    assert not verdicts(result)["no_partner_is_held"]
    found = check_metadata(result, "no_partner_is_held")
    assert found["days held"] == 1
    assert "What 5412345000013 sent on" in found["what to do"]
    assert "18 of 30 messages (60%)" in found["what to do"]
    assert build() == 5

    connection.execute("update silver.held_days set released_at = now(), reason = 'test traffic'")
    connection.commit()
    assert verdicts(run_silver())["no_partner_is_held"]
    assert build() == 5 + 12

    connection.execute("update silver.held_days set released_at = null")
    connection.execute("update silver.outcomes set is_valid = true, document = '{}' where not is_valid")
    connection.commit()
    assert verdicts(run_silver())["no_partner_is_held"]
    assert read("select is_refused from silver.held_days") == [(False,)]
    assert build() == 5 + 30


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
