"""A random history as it arrives: new, late, restated, replaced, cancelled, resent, recompiled and revoked messages.

Bronze and Silver are written as the loader would have, a step a transaction; the same seed gives the same history.
"""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

Document = dict[str, Any]
FIRST = date(2025, 12, 22)
WEEKS = [*range(5)] * 4 + [5, 6, 7, 8, -52, -51, -51, -48]
"""From the first one on: mostly near, some as far as stock is carried and paces look back, some a year before."""
PARTNERS = ["9501101900011", "PRAIRIEMART", "KIOSKPUNKT", "9501101920019", "UNLISTED"]
ITEMS = [("9501101000018", "EN"), ("9501101000025", "EN"), ("614141100019", "UP"), ("4711", "SA"), (None, None)]
LOCATIONS = ["9501101910010", "0012", "0047", None]
OFTEN = {"item_id": ITEMS[0][0], "item_id_type": ITEMS[0][1], "location_id": LOCATIONS[0], "unit": "PCE"}
SALES = [
    ("sold", "153"),
    ("sold", "26"),
    ("returned", "61"),
    ("total_sold", "TS"),
    ("net_sold", "Q1"),
    ("lost_sales", "LS"),
]
STOCK = [("on_hand", "145"), ("on_hand", "17"), ("available", "33"), ("received", "48"), ("on_order", "21")]
FUNCTIONS = ["original"] * 6 + ["replacement", "replacement", "cancellation", "duplicate", "change"]


@dataclass
class Sent:
    """A message that has arrived, and whether it has an outcome."""

    message_id: str
    partner: str
    text: str
    document: Document
    is_compiled: bool = True


@dataclass
class Arrivals:
    """Writes one thing after another that could happen, drawn from `random`."""

    connection: psycopg.Connection[Any]
    random: random.Random
    sent: list[Sent] = field(default_factory=list)
    compiler: int = 1

    def happen(self, count: int) -> list[str]:
        """Let so many things happen and commit; their names."""
        names = []
        for _ in range(count):
            what = self.random.choice(
                [self.send, self.send, self.send, self.restate, self.restate, self.resend, self.recompile, self.revoke]
            )
            what()
            names.append(what.__name__)
        self.connection.commit()
        return names

    def send(self) -> None:
        """A file with a message, or two."""
        partner = PARTNERS[0] if self.random.random() < 0.5 else self.random.choice(PARTNERS)
        self.deliver(partner, [self._draw_document() for _ in range(self.random.choice([1, 1, 2]))])

    def restate(self) -> None:
        """Something that was said before, said anew: in part, with other numbers, under the same document number."""
        if not self.sent:
            return self.send()
        before = self.random.choice(self.sent)
        lines = [dict(line) for line in before.document["lines"] if self.random.random() < 0.7]
        for line in lines:
            if line["quantity"] is not None and self.random.random() < 0.7:
                line["quantity"] = self.random.randint(-5, 30)
        function = self.random.choice(FUNCTIONS)
        return self.deliver(before.partner, [before.document | {"lines": lines, "function": function}])

    def resend(self) -> None:
        """The same text in another envelope."""
        if not self.sent:
            return self.send()
        before = self.random.choice(self.sent)
        return self.deliver(before.partner, [before.document], before.text)

    def recompile(self) -> None:
        """Another compiler reads some messages in another way, or for the first time again."""
        self.compiler += 1
        for before in self.random.sample(self.sent, min(len(self.sent), 3)):
            document = dict(before.document)
            if self.random.random() < 0.7:
                document["lines"] = [line for line in document["lines"] if self.random.random() < 0.8]
            before.document, before.is_compiled = document, True
            self._compile(before)

    def revoke(self) -> None:
        """What a revoked plan had compiled is taken back, and waits."""
        for before in self.random.sample(self.sent, min(len(self.sent), 2)):
            self.connection.execute("delete from silver.outcomes where message_id = %s", (before.message_id,))
            before.is_compiled = False

    def deliver(self, partner: str, documents: list[Document], text: str | None = None) -> None:
        prepared = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=self.random.randint(0, 24 * 40))
        # Most files come at once, some late, and some clocks are wrong.
        received = prepared + timedelta(hours=self.random.choice([1, 1, 2, 30, 24 * 20, -24 * 3]))
        interchange = hashlib.sha256(f"{len(self.sent)} {self.random.random()}".encode()).hexdigest()
        self.connection.execute(
            "insert into bronze.interchanges (interchange_id, file_name, size_bytes, received_at)"
            " values (%s, %s, 1, %s)",
            (interchange, f"{len(self.sent):05d}.edi", received),
        )
        is_test = self.random.random() < 0.05
        for position, document in enumerate(documents, 1):
            message = Sent(
                hashlib.sha256(f"{interchange}:{position}".encode()).hexdigest(),
                partner,
                text or f"message {len(self.sent)}",
                document,
            )
            envelope = {"sender": partner, "prepared_at": prepared.strftime("%Y-%m-%dT%H:%M:%S"), "is_test": is_test}
            if self.random.random() < 0.1:
                del envelope["prepared_at"]
            self.connection.execute(
                "insert into bronze.messages (message_id, interchange_id, position, raw, content_sha256, envelope,"
                " problems, received_at) values (%s, %s, %s, %s, %s, %s, '[]', %s)",
                (
                    message.message_id,
                    interchange,
                    position,
                    message.text,
                    hashlib.sha256(message.text.encode()).hexdigest(),
                    Jsonb(envelope),
                    received,
                ),
            )
            self.sent.append(message)
            self._compile(message)

    def _compile(self, message: Sent) -> None:
        is_valid = self.random.random() > 0.08
        is_complete = is_valid and self.random.random() > 0.2
        self.connection.execute(
            "insert into silver.outcomes (message_id, compiler_version, is_valid, is_complete, document,"
            " rejected_lines, problems, route, attempts, compile_ms)"
            " values (%s, %s, %s, %s, %s, %s, '[]', 'plan', 0, 0)"
            " on conflict (message_id) do update set compiler_version = excluded.compiler_version,"
            " is_valid = excluded.is_valid, is_complete = excluded.is_complete, document = excluded.document,"
            " rejected_lines = excluded.rejected_lines, compiled_at = excluded.compiled_at",
            (
                message.message_id,
                f"compiler {self.compiler}",
                is_valid,
                is_complete,
                Jsonb(message.document),
                Jsonb([] if is_complete else [{"text": ""}]),
            ),
        )

    def _draw_document(self) -> Document:
        is_sales = self.random.random() < 0.65
        start, end = self._draw_period()
        has_total = self.random.random() < 0.1
        lines = [self._draw_line(is_sales) for _ in range(self.random.randint(0, 6))]
        if lines and has_total:
            lines += self._split(lines[0])
        return {
            "message_type": "SLSRPT" if is_sales else "INVRPT",
            "document_number": self.random.choice(["1", "2", "3", "4", "5", None]),
            "function": self.random.choice(FUNCTIONS),
            "currency": self.random.choice(["EUR", "EUR", None]),
            "period_start": start.isoformat() if self.random.random() < 0.9 else None,
            "period_end": end.isoformat() if self.random.random() < 0.9 else None,
            "lines": lines,
        }

    def _draw_period(self) -> tuple[date, date]:
        monday = FIRST + timedelta(weeks=self.random.choice(WEEKS))
        kind = self.random.choice(
            ["week", "week", "week", "day", "friday", "sunday", "month", "fortnight", "two months"]
        )
        first = monday + timedelta(days={"friday": 4, "sunday": 6, "day": self.random.randrange(7)}.get(kind, 0))
        if kind == "month":
            return date(2026, 1, 1), date(2026, 1, 31)
        if kind == "two months":
            return date(2025, 12, 1), date(2026, 1, 31)
        return first, first + timedelta(days={"day": 0, "fortnight": 13}.get(kind, 6))

    def _draw_line(self, is_sales: bool) -> Document:
        r = self.random
        measure, qualifier = r.choice(SALES if is_sales else STOCK)
        if r.random() < 0.05:
            measure, qualifier = "unmapped", "ZZZ"
        item, item_type = r.choices(ITEMS, weights=[5, 5, 3, 3, 1])[0]
        line: Document = {
            "item_id": item,
            "item_id_type": item_type,
            "location_id": r.choice(LOCATIONS),
            "measure": measure,
            "qualifier": qualifier,
            "quantity": None if r.random() < 0.03 else r.randint(-5, 30),
            "unit": r.choice(["PCE", "PCE", "CA", None]),
            "price": r.choice([None, 1.99, 2.5]),
            "price_type": r.choice(["AAA", "AAA", "UCP"]),
        }
        if r.random() < 0.4:
            start, end = self._draw_period()
            if r.random() < 0.05:
                start, end = end, start
            line |= {"period_start": start.isoformat(), "period_end": end.isoformat()}
            if not is_sales:
                line["as_of_date"] = end.isoformat()
        # Much is said of one series, so that its periods meet.
        return line | OFTEN if r.random() < 0.5 else line

    def draw_sales(self) -> Document:
        """A line that states what one item sold at one place, the same each time."""
        line = self._draw_line(is_sales=True)
        measure, qualifier = SALES[0]
        return line | OFTEN | {"measure": measure, "qualifier": qualifier, "quantity": 5, "price": None}

    def _split(self, total: Document) -> list[Document]:
        """The line's quantity once more, by place."""
        total["location_id"], total["quantity"] = None, 12
        return [total | {"location_id": place, "quantity": units} for place, units in (("0012", 5), ("0047", 7))]
