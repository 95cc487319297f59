"""What people decide sets Silver and Gold going by itself."""

from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_project.manifest import LAST_OF_GOLD
from tests.conftest import Variables
from tests.integration.warehouse.test_reviews import approve, withdraw


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    from dagster_project.definitions import defs

    return defs()


def test_a_review_is_asked_for_once_from_silver_to_gold(
    definitions: dg.Definitions, connection: psycopg.Connection[Any], database: Variables
) -> None:
    sensor = definitions.get_repository_def().get_sensor_def("review_sensor")
    connection.rollback()
    connection.autocommit = True

    def ask(cursor: str | None = None) -> Any:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(
                instance=instance, cursor=cursor, repository_def=definitions.get_repository_def()
            )
            return sensor.evaluate_tick(context)

    assert ask().run_requests == []
    review = approve(connection)
    found = ask()
    (request,) = found.run_requests
    assert dg.AssetKey(["silver", "outcomes"]) in request.asset_selection
    assert dg.AssetKey(LAST_OF_GOLD) in request.asset_selection
    assert {key.path[0] for key in request.asset_selection}.isdisjoint({"bronze", "model"})
    assert ask(found.cursor).run_requests == []
    withdraw(connection, review)
    (again,) = ask(found.cursor).run_requests
    assert again.run_key != request.run_key


def test_a_warehouse_that_is_away_is_asked_for_reviews_later(
    definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch, database: Variables
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    sensor = definitions.get_repository_def().get_sensor_def("review_sensor")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, cursor="7")
        found = sensor.evaluate_tick(context)
    assert (found.run_requests, found.cursor) == ([], "7")
    assert "the warehouse is away" in (found.skip_message or "")
