"""Histories into a warehouse: Bronze, Silver and reference rows, as the loader and `dbt seed` would have left them."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from tests.reference.chance import COMMON_PACKS
from tests.reference.reports import History, Line, Message, Pack

INTERCHANGES = "bronze.interchanges (interchange_id, file_name, size_bytes, received_at)"
MESSAGES = (
    "bronze.messages (message_id, interchange_id, position, raw, content_sha256, message_type, envelope, problems,"
    " received_at)"
)
OUTCOMES = (
    "silver.outcomes (message_id, compiler_version, model_version, message_type, is_valid, is_complete, document,"
    " rejected_lines, problems, route, attempts, compile_ms)"
)


def deliver(connection: psycopg.Connection[Any], histories: list[History]) -> None:
    """Write the histories beside what is there; reference tables must have been seeded."""
    agree(connection, histories)
    send(connection, [(history, message) for history in histories for message in history.messages])


def agree(connection: psycopg.Connection[Any], histories: list[History]) -> None:
    """What is agreed with the partners: reference rows."""
    copy(
        connection,
        "reference.partners (partner, name, week_calendar, price_basis, stock_lag_days, absent_sales)",
        (
            (
                *(history.partner, history.partner, history.week_calendar, history.price_basis),
                *(history.stock_lag_days or None, history.absent_sales),
            )
            for history in histories
            if history.is_registered
        ),
    )
    copy(
        connection,
        "reference.locations (partner, location_id, name, kind)",
        (
            (history.partner, place, f"{kind} {place}", kind)
            for history in histories
            for kind, places in (("distribution_centre", history.centres - history.totals), ("total", history.totals))
            for place in places
        ),
    )
    packs: list[tuple[str | None, Pack]] = [(None, pack) for pack in COMMON_PACKS]
    packs += [(history.partner, pack) for history in histories for pack in history.packs]
    copy(
        connection,
        "reference.pack_factors (partner, item_id_type, item_id, unit, contained_item_id, contained_units)",
        ((who, pack.item_id_type, pack.item_id, pack.unit, pack.contained_item_id, pack.pieces) for who, pack in packs),
    )
    copy(
        connection,
        "reference.file_schedules (partner, message_type, files_per_week, days_until_late)",
        (
            (history.partner, schedule.message_type, schedule.files_per_week, schedule.days_until_late)
            for history in histories
            for schedule in history.schedules
        ),
    )
    connection.execute("analyze reference.pack_factors")


def send(connection: psycopg.Connection[Any], said: list[tuple[History, Message]]) -> None:
    """What partners say, and what the compiler made of it: rows of Bronze and Silver."""
    files = {message.interchange_id: message for _, message in said}.values()
    copy(connection, INTERCHANGES, ((file.interchange_id, "random.edi", 1, file.received_at) for file in files))
    copy(connection, MESSAGES, (message_row(history, message) for history, message in said))
    write_outcomes(connection, (message for _, message in said))
    # As autovacuum would have, had they come in the course of months.
    connection.execute("analyze bronze.interchanges, bronze.messages, silver.outcomes")


def write_outcomes(connection: psycopg.Connection[Any], messages: Iterable[Message]) -> None:
    """What the compiler made of those of the messages that it has read."""
    copy(connection, OUTCOMES, (outcome_row(message) for message in messages if message.is_compiled))


def copy(connection: psycopg.Connection[Any], target: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {target} from stdin") as stream:
        for row in rows:
            stream.write_row(row)


def message_row(history: History, message: Message) -> tuple[Any, ...]:
    envelope: dict[str, Any] = {"sender": history.partner, "is_test": message.is_test_envelope}
    if message.control_number is not None:
        envelope["control_reference"] = f"{message.control_number:05d}"
    if message.prepared_at:
        envelope["prepared_at"] = message.prepared_at.strftime("%Y-%m-%dT%H:%M:%S")
    return (
        message.message_id,
        message.interchange_id,
        message.position,
        message.text,
        hashlib.sha256(message.text.encode()).hexdigest(),
        message.message_type,
        json.dumps(envelope),
        "[]",
        message.received_at,
    )


def outcome_row(message: Message) -> tuple[Any, ...]:
    document = {
        "message_type": message.message_type,
        "document_number": message.document_number,
        "function": message.function,
        "is_test": message.is_test_document,
        "currency": message.currency,
        "period_start": message.period_start,
        "period_end": message.period_end,
        "lines": [line_of(line) for line in message.lines],
    }
    return (
        message.message_id,
        message.compiler_version,
        message.model_version,
        message.message_type,
        message.is_valid,
        message.is_valid and not message.rejected_line_count,
        json.dumps(document, default=plain),
        json.dumps([{"text": ""}] * message.rejected_line_count),
        "[]",
        message.route,
        0,
        0,
    )


def line_of(line: Line) -> dict[str, Any]:
    return {name: value for name, value in vars(line).items() if value is not None}


def plain(value: object) -> object:
    """Dates as the standard writes them; numbers of few digits, which a float holds exactly enough to print."""
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Decimal)
    return int(value) if value == value.to_integral() else float(value)
