"""One partner's bad day: what it sent on that day waits, and everybody else's goes on."""

import csv
import json
from typing import Any

import psycopg

from udf.standards.reference import FOLDER

SUPPORTED = """    supported as (

        select
            coalesce(nullif(trim(messages.envelope ->> 'sender'), ''), 'unknown') as partner_id,
            (messages.received_at at time zone 'UTC')::date as received_date,
            outcomes.is_valid,
            -- Lines of an invalid message are not counted: the message is.
            case when outcomes.is_valid then coalesce(jsonb_array_length(outcomes.document -> 'lines'), 0) else 0 end
                as proved,
            case when outcomes.is_valid then jsonb_array_length(outcomes.rejected_lines) else 0 end as rejected
        from silver.outcomes
        inner join bronze.messages on messages.message_id = outcomes.message_id
        inner join bronze.interchanges on interchanges.interchange_id = messages.interchange_id
        where (outcomes.is_valid or not interchanges.is_withdrawn)
            and coalesce(outcomes.message_type, messages.message_type) is not null
            and not outcomes.problems @> '[{"code": "unsupported-message-type"}]'

    ),"""
"""Part of a query: what came of each message of a type that is read, but of half an upload that was withdrawn."""

# Each day is judged by itself, and always: a clock that is ahead, for an hour or for years, hides no other day.
HOLD = f"""
    with

    thresholds as (

        select * from jsonb_to_recordset(%s::jsonb) as stated (
            partner text, min_messages integer, max_invalid_share numeric, max_rejected_line_share numeric
        )

    ),

{SUPPORTED}
    judged as (

        select
            partner_id,
            received_date,
            count(*) as message_count,
            count(*) filter (where not is_valid) as invalid_count,
            sum(proved + rejected) as line_count,
            sum(rejected) as rejected_line_count
        from supported
        group by partner_id, received_date

    )

    insert into silver.held_days as held (
        partner_id, received_date, message_count, invalid_count, line_count, rejected_line_count, is_refused
    )
    select partner_id, received_date, message_count, invalid_count, line_count, rejected_line_count, true
    from judged
    cross join lateral (
        select * from thresholds where partner in (judged.partner_id, '') order by partner desc limit 1
    ) as threshold
    where message_count >= min_messages
        and (
            invalid_count > max_invalid_share * message_count
            or rejected_line_count > max_rejected_line_share * line_count
        )
    on conflict (partner_id, received_date) do update set
        message_count = excluded.message_count,
        invalid_count = excluded.invalid_count,
        line_count = excluded.line_count,
        rejected_line_count = excluded.rejected_line_count,
        is_refused = true
"""


def hold_bad_days(connection: psycopg.Connection[Any]) -> None:
    """Have silver.held_days say which days are refused by now; a day whose share has recovered is none of them."""
    with (FOLDER / "refusal_thresholds.csv").open(encoding="utf-8", newline="") as file:
        thresholds = json.dumps(list(csv.DictReader(file)))
    with connection.transaction():
        connection.execute("update silver.held_days set is_refused = false where is_refused")
        connection.execute(HOLD, (thresholds,))


def list_held_days(connection: psycopg.Connection[Any]) -> list[str]:
    """A sentence for each day that is held, with what to do."""
    rows = connection.execute(
        "select partner_id, received_date, message_count, invalid_count, line_count, rejected_line_count"
        " from silver.held_days where is_refused and released_at is null order by partner_id, received_date"
    ).fetchall()
    return [
        f"What {partner} sent on {day} waits: {invalid} of {messages} messages ({invalid / messages:.0%}) "
        f"and {rejected} of {lines} lines are refused. flagged_invalid_rows says why. It goes on when that is mended, "
        "or by: "
        "update silver.held_days set released_at = now(), reason = '…' "
        f"where partner_id = '{partner}' and received_date = '{day}'. "
        "What is allowed stands in seeds/reference/refusal_thresholds.csv."
        for partner, day, messages, invalid, lines, rejected in rows
    ]
