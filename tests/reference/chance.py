"""Random histories, small enough that everything collides: a few items and places, weeks that are told again and again.

The same seed gives the same history. Each partner has habits of its own, so that some are calm and some are a mess.
"""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tests.reference.reports import History, Line, Message, Pack, Schedule, replace

Name = tuple[str | None, str | None]
OAT, COFFEE, WATER = "09501101000018", "09501101000025", "00614141100019"
COMMON_PACKS = [
    Pack("gtin", OAT, "CA", Decimal(12)),
    Pack("gtin", "19501101000015", "CA", Decimal(24), OAT),
    Pack("gtin", WATER, "PK", Decimal("2.5")),
]
"""Rows for every partner; no seed has any of these."""
ITEMS: list[list[Name]] = [
    [("9501101000018", "EN"), ("09501101000018", "UK"), ("9501101000018", "SRV")],
    [("9501101000025", "EN"), (" 9501101000025 ", "EAN")],
    [("614141100019", "UP"), ("61414110001", "UI"), ("0614141100019", "EN")],
    [("19501101000015", "UK")],
    [("96385074", "EN"), ("96385074", "UP")],
    [("95011010000XX", "EN")],
    [("4711", "SA"), ("4711", "VP"), ("4711", "IN"), ("4711", "ZZ")],
    [("4712", None), ("4712", "SK")],
]
PLACES = ["9501101910010", "0012", "0047", "0101"]
SALES = {"sold": ["153", "QS"], "returned": ["61", "QU"], "total_sold": ["TS"], "net_sold": ["Q1"]}
OTHER_SALES = {"lost_sales": ["LS"], "sold_bailment": ["BS"]}
ON_HAND = {"on_hand": ["145", "17"], "available": ["33"], "closing_balance": ["158"]}
OTHER_STOCK = {
    "opening_balance": ["QB"],
    "on_order": ["21"],
    "reserved": ["22"],
    "planned": ["QN"],
    "delivered": ["113"],
    "never_heard_of": ["9"],
}
FACTORS = [Decimal(text) for text in ("6", "10", "24", "0.5", "2.75", "0.333333")]
PERIODS = ["week", "week", "day", "three days", "friday", "fortnight", "month", "quarter"]
FUNCTIONS = ["replacement", "replacement", "cancellation", "cancellation", "duplicate", "change", "original", None]
NOT_YET = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Habits:
    """How likely a partner is to do what; each number a chance."""

    priced: float
    returning: float
    repeating: float
    casing: float
    unitless: float
    placeless: float
    careless: float
    own_dates: float
    daily: float
    odd_period: float
    day_of_week: int


class Partner:
    """Speaks at random: each of its words is a message, or several in one file."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        dice = self.dice
        self.seed = seed
        self.habits = Habits(
            priced=dice.choice([0, 0.5, 0.9, 1]),
            returning=dice.choice([0.05, 0.3]),
            repeating=dice.choice([0.02, 0.25]),
            casing=dice.choice([0, 0.1, 0.4]),
            unitless=dice.choice([0, 0.2]),
            placeless=dice.choice([0, 0.1, 0.3]),
            careless=dice.choice([0, 0.02, 0.1]),
            own_dates=dice.choice([0.1, 0.4]),
            daily=dice.choice([0, 0.3, 0.7]),
            odd_period=dice.choice([0, 0.15, 0.5]),
            day_of_week=dice.choice([0, 0, -1, -1, 4]),
        )
        self.items = dice.sample(ITEMS, dice.choice([2, 2, 3]))
        self.places = dice.sample(PLACES, dice.choice([1, 2, 3]))
        self.monday = date(2023, 1, 2) + timedelta(weeks=dice.randrange(180))
        self.weeks = list(range(dice.choice([4, 7, 10])))
        if dice.random() < 0.4:
            self.weeks = self.weeks[:3] + [52 + week for week in range(-1, 3)]
        is_registered = dice.random() < 0.85
        self.history = History(
            seed=seed,
            partner=f"R{seed:07d}",
            is_registered=is_registered,
            week_calendar=dice.choice(["iso", "4-5-4", "4-5-4", None]) if is_registered else None,
            price_basis=dice.choice(["unit", "unit", "line", None]) if is_registered else None,
            absent_sales=dice.choice([None, None, "zero", "unknown"]) if is_registered else None,
            centres=frozenset(place for place in self.places if dice.random() < 0.15),
            totals=frozenset(dice.choice([[], [], [], [], ["unknown"], self.places[-1:]])),
            stock_lag_days=dice.choice([0, 0, 0, 1, 2]) if is_registered else 0,
            packs=self._draw_packs(),
            schedules=[
                Schedule(kind, dice.choice([1, 1, 2]), dice.choice([2, 9]))
                for kind in ("SLSRPT", "INVRPT", "852")
                if dice.random() < 0.4
            ],
        )
        self.moments: set[datetime] = set()
        self.is_numbering = dice.random() < 0.7

    def speak(self) -> None:
        """Send one file."""
        acts: list[Callable[[], None]] = [self._report] * 5 + [self._restate] * 3 + [self._correct] * 2
        acts += [self._resend, self._sum_up]
        self.dice.choice(acts)()

    def _report(self) -> None:
        week = self.dice.choice(self.weeks)
        count = self.dice.choice([1, 1, 1, 1, 2, 3])
        numbers = [self._draw_number()] * 3 if self.dice.random() < 0.5 else [self._draw_number() for _ in range(3)]
        self._deliver([self._draw_message(week, number) for number in numbers[:count]])

    def _restate(self) -> None:
        """A period that was told before, told anew, whole or in part, under a document number of its own."""
        before = self._pick(lambda message: bool(message.lines))
        if not before:
            return self._report()
        return self._deliver([self._revise(before, document_number=self._draw_number(), function="original")])

    def _correct(self) -> None:
        """A document that came before, with another function."""
        before = self._pick(lambda message: message.document_number is not None)
        if not before:
            return self._report()
        function = self.dice.choice(FUNCTIONS)
        after = self._revise(before, document_number=before.document_number, function=function)
        if self.dice.random() < 0.1:
            after = replace(
                after, lines=tuple(replace(line, measure="unmapped", qualifier="ZZZ") for line in after.lines)
            )
        if function == "cancellation" and self.dice.random() < 0.4:
            is_dated = self.dice.random() < 0.5
            after = replace(after, lines=(), period_start=after.period_start if is_dated else None)
            after = replace(after, period_end=after.period_end if is_dated else None)
        return self._deliver([after])

    def _sum_up(self) -> None:
        """What places said, as their chain's total in a message of its own."""
        before = self._pick(lambda message: any(line.location_id for line in message.lines))
        if not before:
            return self._report()
        whole = replace(before, text="", document_number=self._draw_number(), function="original")
        return self._deliver([replace(whole, lines=tuple(self._draw_total(list(before.lines))))])

    def _resend(self) -> None:
        before = self._pick(lambda _: True)
        if not before:
            return self._report()
        return self._deliver([before])

    def _pick(self, suits: Callable[[Message], bool]) -> Message | None:
        suitable = [message for message in self.history.messages if suits(message)]
        return self.dice.choice(suitable) if suitable else None

    def _revise(self, before: Message, *, document_number: str | None, function: str | None) -> Message:
        dice = self.dice
        share = dice.choice([1, 1, 0.6])
        lines = [line for line in before.lines if dice.random() < share]
        lines = [
            replace(line, quantity=self._draw_quantity(line.measure)) if dice.random() < 0.6 else line for line in lines
        ]
        if dice.random() < 0.2:
            lines += self._draw_lines(dice.choice(self.weeks), before.message_type)
        return replace(before, text="", lines=tuple(lines), document_number=document_number, function=function)

    def _deliver(self, messages: list[Message]) -> None:
        """In one file: in time or late, with a right, a wrong or no clock."""
        dice = self.dice
        number = len(self.history.messages)
        told_until = max((message.period_end or self.monday for message in messages), default=self.monday)
        prepared: datetime | None
        prepared = datetime.combine(told_until, time(6), UTC) + timedelta(
            days=dice.choice([1, 1, 2, 3, 8, 14, 15, 16, 40]), minutes=dice.randrange(1440)
        )
        received = prepared + dice.choice([timedelta(minutes=5)] * 6 + [timedelta(hours=30), timedelta(days=20)])
        match dice.choice(["right"] * 10 + ["none", "ahead", "far ahead"]):
            case "none":
                prepared = None
            case "ahead":
                prepared = received + timedelta(hours=dice.choice([5, 23, 25]))
            case "far ahead":
                prepared = received + timedelta(days=dice.choice([2, 400]))
        # Two files of one minute are ordered by their numbers.
        if prepared and self.moments and self.is_numbering and dice.random() < 0.1:
            prepared = dice.choice(sorted(self.moments))
        while not self.is_numbering and self._is_taken(prepared, received):
            received += timedelta(minutes=7)
            prepared = prepared and prepared + timedelta(minutes=7)
        self.moments |= {received} | ({prepared} if prepared else set())
        interchange = name_of(f"{self.seed} {number}")
        is_test = dice.random() < 0.05
        for position, message in enumerate(messages, 1):
            self.history.messages.append(
                self._compile(
                    replace(
                        message,
                        message_id=name_of(f"{interchange}:{position}"),
                        interchange_id=interchange,
                        position=position,
                        text=message.text or f"{self.history.partner} {number} {position}",
                        prepared_at=prepared,
                        received_at=received,
                        control_number=100 + number if self.is_numbering else None,
                        is_test_envelope=is_test,
                    )
                )
            )

    def _is_taken(self, prepared: datetime | None, received: datetime) -> bool:
        """Two files of one moment would have no order that anybody has agreed on."""
        wanted = {received} | ({prepared} if prepared else set())
        if wanted & self.moments:
            return True
        self.moments |= wanted
        return False

    def _compile(self, message: Message) -> Message:
        dice = self.dice
        kind = dice.choices(["whole", "torn", "invalid", "pending"], [80, 12, 5, 3])[0]
        rejected = dice.choice([1, 1, 3]) if kind == "torn" else 0
        route = dice.choice(["plan", "model", "review", "mixed"])
        return replace(
            message,
            is_compiled=kind != "pending",
            is_valid=kind in ("whole", "torn"),
            rejected_line_count=rejected,
            lines=message.lines[rejected:] if rejected and dice.random() < 0.7 else message.lines,
            route=dice.choice([route, None]) if kind == "invalid" else route,
            model_version=dice.choice([None, "model 1", "model 2"]),
            compiler_version=dice.choice(["compiler 1", "compiler 2"]),
        )

    def _draw_message(self, week: int, number: str | None) -> Message:
        dice = self.dice
        kind = dice.choice(["SLSRPT", "SLSRPT", "INVRPT", "852", "852", "852"])
        start, end = self._draw_period(week)
        stated = dice.choices(["both", "start", "end", "neither"], [90, 2, 4, 4])[0]
        return Message(
            message_id="",
            interchange_id="",
            position=0,
            text="",
            message_type=kind,
            prepared_at=None,
            received_at=NOT_YET,
            document_number=number,
            function=dice.choice([None, "original", "original", "original", "replacement", *FUNCTIONS[-4:]]),
            currency=dice.choice(["EUR", "EUR", "EUR", None]),
            period_start=start if stated in ("both", "start") else None,
            period_end=end if stated in ("both", "end") else None,
            lines=tuple(self._draw_lines(week, kind)),
            is_test_document=dice.random() < 0.02,
        )

    def _draw_number(self) -> str | None:
        return self.dice.choice(["1", "2", "3", " 3 ", "4", "5", "6", None, ""])

    def _draw_period(self, week: int) -> tuple[date, date]:
        dice = self.dice
        first = self.monday + timedelta(weeks=week, days=self.habits.day_of_week)
        match dice.choice(PERIODS) if dice.random() < self.habits.odd_period else "week":
            case "day":
                first += timedelta(days=dice.randrange(7))
                return first, first
            case "three days":
                return first, first + timedelta(days=2)
            case "friday":
                return first + timedelta(days=4), first + timedelta(days=10)
            case "fortnight":
                return first, first + timedelta(days=13)
            case "month":
                return first.replace(day=1), (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(1)
            case "quarter":
                return first.replace(day=1), first.replace(day=1) + timedelta(days=90)
        return first, first + timedelta(days=6)

    def _draw_lines(self, week: int, kind: str) -> list[Line]:
        """A report of some of the items at some of the places."""
        dice = self.dice
        lines: list[Line] = []
        if dice.random() < 0.04:
            return lines
        for item in dice.sample(self.items, dice.randint(1, len(self.items))):
            for place in dice.sample(self.places, dice.randint(1, len(self.places))):
                lines += self._draw_activity(week, kind, item, place)
            if dice.random() < 0.15 and lines:
                lines += self._draw_total(lines)
        # A chain's totals, in a message of their own.
        if dice.random() < 0.1:
            lines = [replace(line, location_id=None) for line in lines]
        dice.shuffle(lines)
        return lines

    def _draw_activity(self, week: int, kind: str, item: list[Name], place: str) -> list[Line]:
        dice = self.dice
        said: list[tuple[str, str]] = []
        if kind != "INVRPT":
            measure = dice.choice(["sold"] * 8 + ["total_sold", "net_sold"])
            said.append((measure, dice.choice(SALES[measure][:1] * 4 + SALES[measure])))
            for other, codes in (*SALES.items(), *OTHER_SALES.items()):
                if dice.random() < self.habits.returning * (1 if other == "returned" else 0.2):
                    said.append((other, dice.choice(codes)))
        if kind != "SLSRPT":
            measure = dice.choice(["on_hand"] * 6 + ["available", "closing_balance"])
            said.append((measure, dice.choice(ON_HAND[measure])))
            for other, codes in (*ON_HAND.items(), *OTHER_STOCK.items()):
                if dice.random() < 0.07:
                    said.append((other, dice.choice(codes)))
            if dice.random() < 0.5:
                said.append(("received", "48"))
        lines = [self._draw_line(week, measure, code, dice.choice(item), place) for measure, code in said]
        # Movements of single days beside those of the week, as registers and ramps tell them.
        for line in list(lines):
            if line.measure in ("returned", "received") and dice.random() < self.habits.daily:
                day = self.monday + timedelta(weeks=week, days=self.habits.day_of_week + dice.randrange(7))
                by_day = replace(line, period_start=day, period_end=day, as_of_date=None)
                lines += [by_day]
                if dice.random() < 0.6:
                    lines.remove(line)
        lines += [line for line in lines if dice.random() < self.habits.repeating]
        return lines

    def _draw_line(self, week: int, measure: str, code: str, name: Name, place: str) -> Line:
        dice, habits = self.dice, self.habits
        line = Line(
            measure=measure,
            qualifier=code,
            quantity=self._draw_quantity(measure),
            item_id=name[0],
            item_id_type=name[1],
            location_id=None if dice.random() < habits.placeless else place,
            unit=None if dice.random() < habits.unitless else dice.choice(["PCE", "PCE", "EA", "ea"]),
        )
        if dice.random() < habits.casing:
            line = replace(line, unit=dice.choice(["CA", "CA", "CS", "PK", "KGM", "xyz"]))
        if dice.random() < habits.priced:
            price = Decimal(dice.choice([199, 250, 1000, 5])) / 100
            line = replace(
                line,
                price=-price if line.quantity is not None and line.quantity < 0 and dice.random() < 0.5 else price,
                price_type=dice.choice(["AAA", "AAA", "AAA", None, "RTL", "UCP", "ucp", "WHL"] + ["AAA"] * 12),
                currency=dice.choice([None] * 8 + ["USD", "EUR"]),
            )
        if dice.random() < habits.own_dates:
            start, end = self._draw_period(week)
            stated = dice.choice(["period", "period", "start", "end"])
            line = replace(
                line,
                period_start=start if stated in ("period", "start") else None,
                period_end=end if stated in ("period", "end") else None,
            )
        if measure in ON_HAND or measure in OTHER_STOCK or (measure == "received" and dice.random() < 0.2):
            end = self.monday + timedelta(weeks=week, days=habits.day_of_week + dice.choice([6, 6, 6, 2, 0]))
            line = replace(line, as_of_date=end if dice.random() < 0.6 else None)
        if dice.random() < habits.careless:
            start, end = self._draw_period(week)
            line = dice.choice(
                [
                    replace(line, period_start=end + timedelta(days=1), period_end=start),
                    replace(line, item_id=None, item_id_type=None),
                    replace(line, item_id="  "),
                    replace(line, quantity=None),
                    replace(line, quantity=Decimal(10) ** 16),
                    replace(line, measure="unmapped", qualifier="ZZZ"),
                    replace(line, unit=" "),
                    replace(line, location_id=" "),
                    replace(line, qualifier=None),
                ]
            )
        return line

    def _draw_total(self, lines: list[Line]) -> list[Line]:
        """The sum of lines about one thing at several places, without a place, and sometimes another number."""
        part = self.dice.choice(lines)
        parts = [
            line
            for line in lines
            if line.location_id
            and replace(line, quantity=None, location_id=None) == replace(part, quantity=None, location_id=None)
        ]
        total = sum((line.quantity or Decimal(0) for line in parts), Decimal(0))
        return [replace(part, location_id=None, quantity=total + self.dice.choice([0, 0, 0, 1]))]

    def _draw_quantity(self, measure: str) -> Decimal | None:
        dice = self.dice
        quantity = Decimal(dice.choice([0, 1, 2, 3, 5, 8, 12, 30, dice.randrange(200)]))
        if dice.random() < 0.03:
            quantity += Decimal(dice.choice([1250, 5000, 70, 4, 5, 14996])) / 10000
        is_negative = dice.random() < (
            0.03 if measure in ON_HAND or measure == "received" else self.habits.returning / 2
        )
        return -quantity if is_negative else quantity

    def _draw_packs(self) -> list[Pack]:
        dice = self.dice
        names = [
            ("gtin", OAT, None),
            ("gtin", COFFEE, None),
            ("gtin", "19501101000015", dice.choice([None, OAT, COFFEE])),
            ("vendor", "4711", None),
            ("other", "4712", "4713"),
        ]
        return [
            Pack(kind, item, unit, dice.choice(FACTORS), contained)
            for kind, item, contained in names
            for unit in ("CA", "PK")
            if dice.random() < 0.3
        ]


def draw(seed: int) -> History:
    """The history of that number: 5 to 25 files of one partner."""
    partner = Partner(seed)
    for _ in range(partner.dice.randint(5, 25)):
        partner.speak()
    return partner.history


def name_of(text: str) -> str:
    """SHA-256 in hexadecimal, as Bronze names things."""
    return hashlib.sha256(text.encode()).hexdigest()
