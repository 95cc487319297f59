"""Plans in the warehouse: shared among workers, decided on by operators, taken back where the model disagrees."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

import udf
from dagster_project.compile.connection import PsycopgDatabase
from dagster_project.compile.pending import list_pending
from dagster_project.ingest.delivery import deliver_all
from dagster_project.ingest.intake import split_pending
from dagster_project.ingest.landing import list_files
from dagster_project.warehouse import connect_as
from udf.compiler import Compiler
from udf.engines.engine import Answer, Engine, Prompt
from udf.outcome import CompiledRow
from udf.plans.book import PlanBook
from udf.postgres import worker
from udf.postgres.batches import cut
from udf.postgres.plan_store import PlanStore
from udf.standards.reference import load_reference
from udf.train.attack.rules_engine import RulesEngine

LOG = logging.getLogger("test_plan_store")


def write_message(number: int) -> str:
    return (
        f"UNH+{number}+SLSRPT:D:96A:UN:EAN004'BGM+73E+{number}+9'DTM+137:20260112:102'DTM+356:20260105:102'"
        f"LOC+162+4012345000009::9'LIN+1++4000862141404:EN'QTY+153:{number}:PCE'CNT+2:1'UNT+9+{number}'"
    )


def write_interchange(number: int) -> str:
    message = write_message(number)
    return f"UNB+UNOA:3+5412345000013:14+8798765000017:14+260105:0900+R{number}'{message}UNZ+1+R{number}'"


class _Mute:
    """An engine that has forgotten everything."""

    def answer(self, prompts: list[Prompt], prefixes: object = None) -> list[Answer]:
        return [Answer((), (), ()) for _ in prompts]


class Worker:
    """A process of its own: its plans, its connection, and the rules for a model."""

    def __init__(self, shadow: int = 0, engine: Engine | None = None) -> None:
        self.rules = RulesEngine()
        self.compiler = Compiler(engine or self.rules, plans=PlanBook(load_reference(), shadow))

    def work(self, texts: list[str], meanwhile: Callable[[], None] = lambda: None) -> None:
        for text in texts:
            self.rules.study(text)

        def compile_rows(*arguments: Any) -> list[CompiledRow]:
            rows = self.compiler.compile_rows(*arguments)
            meanwhile()
            return rows

        version = udf.compiler_version()
        with connect_as("tillroll_loader") as connection:
            with list_pending(connection, version) as (_, pending):
                batches = list(cut(pending, 200, 1_000_000))
            database = PsycopgDatabase(connection)
            reference, plans = self.compiler.reference, self.compiler.plans
            at_work = worker.Worker(database, compile_rows, version, reference, plans, LOG)
            for batch in batches:
                with connection.transaction():
                    at_work.work(batch)


@pytest.fixture
def bring(tmp_path: Path, database: dict[str, str]) -> Any:
    """Brings messages of one partner into Bronze, a file each."""

    def deliver(numbers: range) -> list[str]:
        for number in numbers:
            (tmp_path / f"{number}.edi").write_text(write_interchange(number))
        with connect_as("tillroll_loader") as connection:
            list(deliver_all(connection, list_files(tmp_path)))
            split_pending(connection, LOG)
        return [write_message(number) for number in numbers]

    return deliver


def routes(connection: psycopg.Connection[Any]) -> dict[str, int]:
    connection.rollback()
    return dict(connection.execute("select route, count(*) from silver.outcomes group by 1").fetchall())


def test_one_worker_learns_and_another_runs_the_plans(bring: Any, connection: psycopg.Connection[Any]) -> None:
    Worker().work(bring(range(1, 4)))
    assert routes(connection) == {"model": 3}
    assert connection.execute("select kind, status, proofs from silver.plans order by kind").fetchall() == [
        (kind, "candidate", 3) for kind in ("group", "header", "line", "trailer")
    ]
    Worker().work(bring(range(4, 9)))
    assert routes(connection) == {"model": 3, "plan": 5}
    used = connection.execute("select distinct unnest(plans) from silver.outcomes").fetchall()
    assert len(used) == 4


def test_plans_of_long_ago_are_read_again_when_what_was_decided_has_changed(
    bring: Any, connection: psycopg.Connection[Any]
) -> None:
    Worker().work(bring(range(1, 4)))
    connection.execute("update silver.plans set changed_at = now() - interval '1 hour' where kind = 'line'")
    connection.execute("update silver.arrangements set proved_at = now() - interval '1 hour'")
    connection.commit()
    book = PlanBook(load_reference(), 0)
    store = PlanStore(PsycopgDatabase(connection), book, udf.compiler_version())
    store.read()
    (message,) = udf.split_interchange(write_interchange(9).encode()).messages
    assert book.replay(message.text, message.envelope) is not None
    store.forget({message.envelope.sender or ""})
    assert len(book) == 0
    store.read()
    assert book.replay(message.text, message.envelope) is not None


def test_an_operator_revokes_a_plan_and_every_worker_hears_of_it(
    bring: Any, connection: psycopg.Connection[Any]
) -> None:
    first = Worker()
    first.work(bring(range(1, 4)))
    first.work(bring(range(4, 6)))
    assert routes(connection) == {"model": 3, "plan": 2}
    connection.execute("update silver.plans set status = 'revoked', changed_at = now() where kind = 'line'")
    connection.commit()
    first.work(bring(range(6, 8)))
    assert routes(connection) == {"model": 5, "plan": 2}


def test_a_row_that_cannot_be_read_is_left_out_and_told_once(
    bring: Any, connection: psycopg.Connection[Any], caplog: pytest.LogCaptureFixture
) -> None:
    Worker().work(bring(range(1, 4)))
    damaged = (
        "update silver.plans set shape = 'LIN+{nonsense}', changed_at = now() where kind = 'line' returning plan_id"
    )
    (plan_id,) = connection.execute(damaged).fetchone() or ("none",)
    connection.commit()
    second = Worker()
    for numbers in (range(4, 6), range(6, 8)):
        second.work(bring(numbers))
    assert routes(connection).keys() == {"model", "plan"}
    assert [record.getMessage() for record in caplog.records if plan_id in record.getMessage()] == [
        f"the plan {plan_id} of silver.plans cannot be read and is left out "
        "(ValueError: what it holds is not what its id names)"
    ]


def test_what_a_plan_compiled_while_it_was_revoked_is_compiled_again(
    bring: Any, connection: psycopg.Connection[Any]
) -> None:
    first = Worker()
    first.work(bring(range(1, 4)))

    def revoke() -> None:
        connection.execute(
            "update silver.plans set status = 'revoked', changed_at = clock_timestamp() where kind = 'line'"
        )
        connection.commit()

    first.work(bring(range(4, 6)), meanwhile=revoke)
    assert routes(connection) == {"model": 5}


def test_a_disagreement_revokes_the_plans_and_takes_back_what_they_compiled(
    bring: Any, connection: psycopg.Connection[Any]
) -> None:
    first = Worker()
    first.work(bring(range(1, 4)))
    first.work(bring(range(4, 9)))
    assert routes(connection) == {"model": 3, "plan": 5}
    watching = Worker(shadow=1, engine=_Mute())  # type: ignore[arg-type]
    watching.work(bring(range(9, 10)))
    ((requeued, plans),) = connection.execute("select requeued, plans from silver.disagreements").fetchall()
    assert requeued == 5
    assert len(plans) == 4
    assert routes(connection) == {"model": 4}
    connection.rollback()
    again = Worker()
    for number in range(4, 9):
        again.rules.study(write_message(number))
    again.work([])
    assert routes(connection) == {"model": 9}
    assert connection.execute("select count(*) from silver.outcomes where not is_valid").fetchone() == (1,)
