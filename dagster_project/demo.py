"""The main job, watched by a person: from the files of TILLROLL_LANDING to sell-through, then what came of them.

    python -m dagster_project.demo

Everything is materialised through Dagster, in the instance that `make ui` opens, so that the run can be looked at
there. The whole log goes to `.warehouse/log/demo.log`; a person sees a line for each step.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dagster_project.ingest.landing import DEFAULT_LANDING, LandingError, find_folder
from dagster_project.processes import end, hear_signals, hearing
from dagster_project.recovery import hold_runs
from dagster_project.warehouse import STATE, WarehouseError, refuse_mismatch

# "2026-11-22 03:00:00 +0000 - dagster - DEBUG - job - run - 4711 - step - STEP_START - Started execution of step ..."
EVENT = re.compile(
    r" - dagster - [A-Z]+ - \S+ - [0-9a-f-]{36} - \d+ - (?P<step>\S+) - (?P<event>[A-Z_]+) - (?P<text>.*)"
)
# What an asset says itself: "... - dagster - INFO - job - run - step - compiled 40 of 40 messages"
REMARK = re.compile(r" - dagster - (?P<level>INFO|WARNING|ERROR) - \S+ - [0-9a-f-]{36} - (?P<step>\S+) - (?P<text>.*)")
# What dbt says itself, tests that pass left out: "14 of 99 OK created sql view model staging.stg_... ... [CREATE VIEW]"
BUILT = re.compile(r"^(?P<text>\d+ of \d+ (?:OK|WARN|FAIL|ERROR|SKIP) .*?)(?: \.\.\.+ \[|$)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

# Dagster answers SIGTERM by ending dbt and the step, and says so in its instance.
PATIENCE_SECONDS = 30.0

ARRIVALS = """
select
    (select count(*) from bronze.deliveries),
    (select count(*) from bronze.deliveries where status = 'ignored'),
    (select count(*) from bronze.interchanges),
    (select count(*) from bronze.messages),
    (select count(*) from silver.outcomes)
"""

OUTCOMES = """
select
    coalesce(outcomes.message_type, '(unknown)') as message_type,
    count(*) as messages,
    count(*) filter (where outcomes.is_valid) as valid,
    count(*) filter (where outcomes.is_complete) as complete,
    coalesce(sum(jsonb_array_length(outcomes.document -> 'lines')) filter (where outcomes.is_valid), 0) as lines,
    sum(jsonb_array_length(outcomes.rejected_lines)) as rejected_lines,
    sum(outcomes.compile_ms)::numeric(12, 1) as compile_ms
from silver.outcomes
group by 1
order by 2 desc, 1
"""

REASONS = """
select
    problem ->> 'code' as code,
    count(distinct outcomes.message_id) as messages,
    min(interchanges.file_name) as for_example
from silver.outcomes
inner join bronze.messages on messages.message_id = outcomes.message_id
inner join bronze.interchanges on interchanges.interchange_id = messages.interchange_id
cross join lateral jsonb_array_elements(outcomes.problems) as problem
where not outcomes.is_valid and not interchanges.is_withdrawn and problem ->> 'severity' = 'error'
group by 1
order by 2 desc, 1
limit 15
"""

SELL_THROUGH = """
select
    partner_id,
    item_id,
    location_id,
    week_start_date,
    trim_scale(net_units_sold) as net_sold,
    trim_scale(on_hand_units) as on_hand,
    to_char(100 * sell_through_rate, 'FM990.0') || ' %' as sell_through
from gold.fct_sell_through_performance
order by sell_through_rate is null, week_start_date desc, net_units_sold desc, partner_id, item_id, location_id
limit 12
"""


def materialize(log: Path) -> Iterator[str]:
    """Materialise all but the model through Dagster; yield a line for each step, raise CalledProcessError."""
    dagster = Path(sys.executable).with_name("dagster")
    command = hearing(
        dagster, "asset", "materialize", "--select", "not group:model", "-m", "dagster_project.definitions"
    )  # fmt: skip
    begun: dict[str, float] = {}
    with log.open("w", encoding="utf-8") as whole, hold_runs(Path(os.environ["DAGSTER_HOME"])) as held:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", pass_fds=[held.fileno()]
        )
        try:
            for line in process.stdout or ():
                whole.write(line)
                whole.flush()
                yield from _read(line, begun)
            process.wait()
        finally:
            end(process, PATIENCE_SECONDS)
            if process.stdout:
                process.stdout.close()
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, "dagster asset materialize")


def _read(line: str, begun: dict[str, float]) -> Iterator[str]:
    """What a person is told of a line of the log; `begun` holds when each step did."""
    if event := EVENT.search(line):
        step = event["step"]
        if event["event"] == "STEP_START":
            begun[step] = time.monotonic()
            yield f"{step} ..."
        elif event["event"] == "STEP_SUCCESS":
            yield f"{step} done in {time.monotonic() - begun[step]:.1f} s"
        elif event["event"] == "STEP_FAILURE":
            yield f"{step} FAILED: {event['text']}"
    elif remark := REMARK.search(line):
        # How Dagster calls dbt is of no interest to a person who is told below what dbt does.
        if remark["step"] != "dbt_models" or remark["level"] == "ERROR":
            yield f"  {remark['text']}"
    elif built := BUILT.search(COLOUR.sub("", line)):
        yield f"  {built['text']}"


def tabulate(title: str, columns: list[str], rows: list[tuple[object, ...]]) -> Table:
    """A table with the numbers to the right."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for index, name in enumerate(columns):
        is_number = any(isinstance(row[index], int | Decimal) or str(row[index]).endswith(" %") for row in rows)
        table.add_column(name, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    return table


def query(connection: psycopg.Connection, title: str, statement: str) -> Table:
    cursor = connection.execute(statement.encode())
    columns = [column.name.replace("_", " ") for column in cursor.description or ()]
    return tabulate(title, columns, cursor.fetchall())


def summarise(console: Console) -> None:
    """Print what arrived, what became of it and the first rows of Gold."""
    with psycopg.connect("") as connection:
        files, ignored, interchanges, messages, outcomes = connection.execute(ARRIVALS.encode()).fetchone() or (0,) * 5
        console.print(
            f"\n{files} deliveries ({ignored} ignored), {interchanges} interchanges, {messages} messages, "
            f"{outcomes} outcomes",
            style="bold",
        )
        if not outcomes:
            return
        console.print(query(connection, "Outcomes", OUTCOMES))
        reasons = query(connection, "Why messages are invalid", REASONS)
        if reasons.row_count:
            console.print(reasons)
        rows = connection.execute("select to_regclass('gold.fct_sell_through_performance') is not null").fetchone()
        if rows == (True,):
            console.print(query(connection, "Sell-through: gold.fct_sell_through_performance", SELL_THROUGH))


def main() -> int:
    hear_signals()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        landing = find_folder(os.environ.get("TILLROLL_LANDING") or DEFAULT_LANDING)
        with psycopg.connect("") as connection:
            refuse_mismatch(connection)
    except (LandingError, WarehouseError, psycopg.OperationalError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    os.environ["TILLROLL_LANDING"] = str(landing)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    log = STATE / "log" / "demo.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    Path(os.environ["DAGSTER_HOME"]).mkdir(parents=True, exist_ok=True)
    console.print(f"Materialising everything from {landing}; the log is {log}.")
    console.print("Dagster starts and reads the dbt project ...")
    started, is_done = time.monotonic(), True
    try:
        for line in materialize(log):
            console.print(
                Text(f"{time.monotonic() - started:7.1f} s  {line}", style="red" if " FAILED: " in line else "")
            )
    except subprocess.CalledProcessError:
        is_done = False
        console.print(f"The run failed. The end of {log}:", style="red")
        console.print(Text("".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[-15:])))
    summarise(console)
    console.print("\nmake ui shows the run; . .warehouse/env && psql opens the warehouse.")
    return 0 if is_done else 1


if __name__ == "__main__":
    sys.exit(main())
