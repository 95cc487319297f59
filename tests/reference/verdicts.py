"""What becomes of each line of a partner: its name, period and fate, rule by rule as dbt's documentation has them.

Nothing here is taken from the SQL: where this and Gold differ, one of the two is wrong.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.reference.chance import COMMON_PACKS
from tests.reference.reports import History, Line, Message, Pack

SALES = {"sold", "total_sold", "net_sold", "returned"}
SALES_THAT_NEVER_COUNT = {
    "lost_sales", "sold_wholesale", "sold_bailment", "sold_military", "sold_transportation", "sold_on_premise",
    "sold_off_premise",
}  # fmt: skip
ON_HAND = ["on_hand", "closing_balance", "available"]
"""The best first."""
COSTS = {"UCP", "DIS", "CON", "WHL"}
NAMESPACES = {
    **dict.fromkeys(["SRV", "EN", "EAN", "UP", "UK", "UI", "UD", "EU"], "gtin"),
    **dict.fromkeys(["SA", "VN", "VP", "VC", "MF", "MG"], "vendor"),
    **dict.fromkeys(["IN", "BP", "SK", "CB"], "buyer"),
}
UNITS = {
    **dict.fromkeys(["EA", "PCE", "PC", "C62", "H87", "UN"], "EA"),
    **dict.fromkeys(["CA", "CS"], "CA"),
    **dict.fromkeys(["PK", "PA"], "PK"),
}
MOST_DIGITS = 10**15
"""A quantity of more than fifteen digits is no count of units."""

Series = tuple[str, str, str, str]
"""Item type, item, place and unit: what a partner counts."""
Span = tuple[date | None, date | None]


@dataclass
class Statement:
    """A line under the names by which lines meet."""

    message: Message
    position: int
    line: Line
    item_type: str
    item: str | None
    place: str
    unit: str
    is_unit_assumed: bool
    is_unit_converted: bool
    measure: str
    quantity: Fraction | None
    exact_quantity: Fraction | None
    value: Fraction | None
    currency: str | None
    start: date | None
    end: date | None
    week: date | None
    fate: str = "counted"

    @property
    def series(self) -> Series:
        assert self.item is not None
        return self.item_type, self.item, self.place, self.unit

    @property
    def days(self) -> tuple[date, date]:
        assert self.start is not None
        assert self.end is not None
        return self.start, self.end

    @property
    def is_about_a_week(self) -> bool:
        """Whether weeks of Gold are made of it: sales, stock on hand and what was received."""
        return self.measure in SALES or self.measure in ON_HAND or self.measure == "received"


def stated_at(message: Message) -> datetime:
    """By the sender's clock, unless it is more than a day ahead of receipt."""
    if message.prepared_at is None or message.prepared_at > message.received_at + timedelta(days=1):
        return message.received_at
    return message.prepared_at


def in_order(history: History) -> list[Message]:
    """Valid messages as the partner made them, the last word last."""
    valid = [message for message in history.messages if message.is_valid]
    return sorted(
        valid,
        key=lambda message: (stated_at(message), message.control_number or 0, message.interchange_id, message.position),
    )


def is_test(message: Message) -> bool:
    return message.is_test_envelope or (message.is_valid and message.is_test_document)


def resends(messages: Iterable[Message]) -> set[str]:
    """Messages whose text the partner had sent before, and whose document was not cancelled in between.

    Tests and real traffic are told apart.
    """
    seen, found = set(), set()
    turns: dict[tuple[object, ...], tuple[bool, int]] = {}
    for message in messages:
        turn = 0
        if number := blank_to_none(message.document_number):
            document = (message.message_type, number, message.period_start, message.period_end, is_test(message))
            is_cancelling = message.function == "cancellation"
            was_cancelling, turn = turns.get(document, (is_cancelling, 0))
            turn += is_cancelling != was_cancelling
            turns[document] = is_cancelling, turn
        if (message.text, is_test(message), turn) in seen:
            found.add(message.message_id)
        seen.add((message.text, is_test(message), turn))
    return found


def said_again(messages: Iterable[Message]) -> set[str]:
    """Messages whose text the partner had sent before, whatever became of it."""
    seen, found = set(), set()
    for message in messages:
        if (message.text, is_test(message)) in seen:
            found.add(message.message_id)
        seen.add((message.text, is_test(message)))
    return found


def week_of(day: date, calendar: str | None) -> date:
    """The Monday, or in the retail calendar the Sunday, on or before the day."""
    return day - timedelta(days=day.isoweekday() % 7 if calendar == "4-5-4" else day.weekday())


def gtin_14(number: str, code: str | None) -> str | None:
    """Fourteen digits; UI lacks its check digit, and eight digits are a GTIN under the EAN's codes alone."""
    if not re.fullmatch("[0-9]+", number):
        return None
    if code == "UI" and len(number) == 11:
        weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(number))
        return f"00{number}{-weighted % 10}"
    if 12 <= len(number) <= 14 or (len(number) == 8 and code in ("EN", "EAN", "SRV")):
        return number.zfill(14)
    return None


def blank_to_none(text: str | None) -> str | None:
    return (text or "").strip(" ") or None


def identify(line: Line) -> tuple[str, str | None]:
    """Whose number the item has, and the number."""
    number = blank_to_none(line.item_id)
    namespace = NAMESPACES.get(line.item_id_type or "", "other")
    if namespace == "gtin":
        gtin = gtin_14(number, line.item_id_type) if number else None
        return ("gtin", gtin) if gtin else ("other", number)
    return namespace, number


def find_pack(history: History, item_type: str, item: str | None, unit: str) -> Pack | None:
    """The partner's own row, else the one for all."""
    for pack in (*history.packs, *COMMON_PACKS):
        if (pack.item_id_type, pack.item_id, pack.unit) == (item_type, item, unit):
            return pack
    return None


def date_line(history: History, line: Line, message: Message) -> Span:
    """The days it speaks of; none, if they end before they begin."""
    start, end = state_days(history, line, message)
    return (start, end) if start and end and start <= end else (None, None)


def state_days(history: History, line: Line, message: Message) -> Span:
    """The nearest statement wins; of a period one end stands for both, and a snapshot is of the last day.

    A count is of the day at whose end it was so; what a period opens with, of its first day.
    """
    header = (message.period_start or message.period_end, message.period_end or message.period_start)
    own = (line.period_start or line.period_end, line.period_end or line.period_start)
    if line.measure in SALES | SALES_THAT_NEVER_COUNT | {"received"}:
        if own[0]:
            return own
        return (line.as_of_date, line.as_of_date) if line.as_of_date else header
    if line.measure == "opening_balance":
        day = line.as_of_date or line.period_start or own[1] or header[1]
    else:
        lag = timedelta(days=history.stock_lag_days)
        day = (line.as_of_date and line.as_of_date - lag) or own[1] or header[1]
    return day, day


def value_of(history: History, line: Line) -> Fraction | None:
    """Money for the whole line, where it is known what the price is for."""
    if line.price is None or line.quantity is None:
        return None
    if history.price_basis == "unit":
        return Fraction(line.price) * Fraction(line.quantity)
    if history.price_basis == "line":
        sign = (line.quantity > 0) - (line.quantity < 0)
        return abs(Fraction(line.price)) * sign
    return None


def to_thousandths(quantity: Fraction | None) -> Fraction | None:
    """Half of one goes away from zero."""
    if quantity is None:
        return None
    thousandths = int(abs(quantity) * 1000 + Fraction(1, 2))
    return Fraction(thousandths if quantity > 0 else -thousandths, 1000)


def read(history: History, message: Message) -> list[Statement]:
    """The lines of a message under their names."""
    statements = []
    for position, line in enumerate(message.lines, 1):
        item_type, item = identify(line)
        stated_unit = blank_to_none(line.unit)
        unit = UNITS.get(stated_unit.upper(), stated_unit.upper()) if stated_unit else "EA"
        pack = find_pack(history, item_type, item, unit)
        start, end = date_line(history, line, message)
        exact = None if line.quantity is None else Fraction(line.quantity) * Fraction(pack.pieces if pack else 1)
        statements.append(
            Statement(
                message=message,
                position=position,
                line=line,
                item_type=item_type,
                item=(pack and pack.contained_item_id) or item,
                place=blank_to_none(line.location_id) or "unknown",
                unit="EA" if pack else unit,
                is_unit_assumed=stated_unit is None,
                is_unit_converted=pack is not None,
                measure=line.measure,
                quantity=to_thousandths(exact),
                exact_quantity=exact,
                value=value_of(history, line),
                currency=line.currency or message.currency,
                start=start,
                end=end,
                week=week_of(end, history.week_calendar) if end else None,
            )
        )
    return statements


def span_of_places(message: Message, statements: list[Statement]) -> dict[str | None, Span]:
    """The days that a message speaks of at each place; of one without any lines, those of its header at any place.

    What has no meaning says nothing of a place, but where it is cancelled it need not be understood.
    """
    if not statements and not message.rejected_line_count:
        return {None: (message.period_start, message.period_end)}
    telling = [one for one in statements if one.measure != "unmapped" or message.function == "cancellation"]
    spans: dict[str | None, Span] = {}
    for place in {statement.place for statement in telling}:
        here = [one for one in telling if one.place == place]
        spans[place] = (
            min((one.start for one in here if one.start), default=message.period_start),
            max((one.end for one in here if one.end), default=message.period_end),
        )
    return spans


def share_days(one: Span, other: Span) -> bool:
    """Whether two spans meet; what is not known might."""
    begins_in_time = one[0] is None or other[1] is None or one[0] <= other[1]
    ends_in_time = one[1] is None or other[0] is None or other[0] <= one[1]
    return begins_in_time and ends_in_time


def is_made_after(correction: Message, message: Message) -> bool:
    """Whether a correction that was made before by its clock was made after by its number, within a day."""
    if correction.control_number is None or message.control_number is None:
        return False
    is_in_doubt = stated_at(message) <= stated_at(correction) + timedelta(days=1)
    return is_in_doubt and message.control_number < correction.control_number


def find_withdrawn(
    messages: list[Message], said: dict[str, list[Statement]], repeated: set[str]
) -> dict[tuple[str, str], str]:
    """What later replacements and cancellations of the same document took back: fate by message and place."""
    found: dict[tuple[str, str], str] = {}
    by_document: dict[tuple[str, str], list[tuple[Message, dict[str | None, Span]]]] = defaultdict(list)
    for message in messages:
        number = blank_to_none(message.document_number)
        if number is None:
            continue
        spans = span_of_places(message, said[message.message_id])
        earlier = by_document[message.message_type, number]
        if message.function in ("replacement", "cancellation"):
            for before, places in earlier:
                take_back(found, before, places, message, spans)
        elif message.message_id not in repeated:
            for correction, spans_of_correction in earlier:
                if correction.function in ("replacement", "cancellation") and is_made_after(correction, message):
                    take_back(found, message, spans, correction, spans_of_correction)
        earlier.append((message, spans))
    return found


def take_back(
    found: dict[tuple[str, str], str],
    before: Message,
    places: dict[str | None, Span],
    correction: Message,
    spans: dict[str | None, Span],
) -> None:
    """Each place of a message of which its correction speaks, in days that they share."""
    if before.interchange_id == correction.interchange_id:
        return
    for place, days in places.items():
        taken = spans.get(place, spans.get(None))
        if place is None or taken is None or not share_days(days, taken):
            continue
        key = (before.message_id, place)
        if correction.function == "cancellation" or key not in found:
            found[key] = "cancelled" if correction.function == "cancellation" else "replaced"


def is_total_of_split(statement: Statement, message_statements: list[Statement]) -> bool:
    """Whether the same message states the parts, several, of what this line sums up without a place."""
    if (
        statement.place != "unknown"
        or statement.item is None
        or statement.end is None
        or statement.exact_quantity is None
    ):
        return False

    def thing(one: Statement) -> tuple[object, ...]:
        return one.item_type, one.item, one.unit, one.measure, one.line.qualifier, one.start, one.end

    parts = [one for one in message_statements if one.place != "unknown" and thing(one) == thing(statement)]
    known = [one.exact_quantity for one in parts if one.exact_quantity is not None]
    return len(parts) > 1 and sum(known, Fraction(0)) == statement.exact_quantity and bool(known)


def judge(history: History) -> list[Statement]:
    """Every line of every valid message with its fate, before sales periods are compared."""
    messages = in_order(history)
    repeated = resends(messages)
    said = {message.message_id: read(history, message) for message in messages}
    real = [message for message in messages if not is_test(message) and message.message_id not in repeated]
    withdrawn = find_withdrawn(real, said, said_again(messages))
    standing: dict[tuple[object, ...], list[Statement]] = defaultdict(list)
    for message in messages:
        for one in said[message.message_id]:
            if is_test(message):
                one.fate = "test_traffic"
            elif message.message_id in repeated:
                one.fate = "resend"
            elif (message.message_id, one.place) in withdrawn:
                one.fate = withdrawn[message.message_id, one.place]
            elif one.measure == "unmapped":
                one.fate = "unmapped"
            elif one.item is None:
                one.fate = "without_item"
            elif one.end is None:
                one.fate = "undated"
            elif one.quantity is None or abs(one.quantity) >= MOST_DIGITS:
                one.fate = "without_quantity"
            elif is_total_of_split(one, said[message.message_id]):
                one.fate = "total_of_split"
            else:
                standing[(one.series, one.measure, one.days)].append(one)
    for statements in standing.values():
        settle(statements)
    find_totals(history, [one for statements in standing.values() for one in statements if one.fate == "counted"])
    return [one for message in messages for one in said[message.message_id]]


def find_totals(history: History, standing: list[Statement]) -> None:
    """What several places add up to is their total; what stands for others says nothing beside any."""
    by_thing: dict[tuple[object, ...], list[Statement]] = defaultdict(list)
    for one in standing:
        by_thing[one.item_type, one.item, one.unit, one.measure, one.days].append(one)
    for statements in by_thing.values():
        known = [one for one in statements if one.place in history.totals]
        without = [one for one in statements if one.place == "unknown" and one not in known]
        parts = [one for one in statements if one.place != "unknown" and one.place not in history.totals]
        totals = known if parts else []
        if len({one.place for one in parts}) > 1 and units_of(parts) == units_of(without):
            totals = totals + without
        for one in totals:
            one.fate = "total_of_split"


def settle(statements: list[Statement]) -> None:
    """One statement, made by several messages or under several codes: which of its lines count."""
    by_code: dict[str | None, list[Statement]] = defaultdict(list)
    for one in statements:
        by_code[one.line.qualifier].append(one)
    views = [last_word(lines) for lines in by_code.values()]

    # Two codes for one measure are two views of the same goods, the lesser a part of the greater.
    standing = [view for view in views if view[0].message.function != "cancellation"]
    largest = max(standing, key=lambda view: weight(view, statements), default=None)
    for view in views:
        for one in view:
            if one.message.function == "cancellation":
                one.fate = "cancelled"
            elif view is not largest:
                one.fate = "other_view"


def weight(view: list[Statement], statements: list[Statement]) -> tuple[Fraction, int, int]:
    """Of two equal views the later one, or the first of a message."""
    order = [one.message.message_id for one in statements]
    return abs(units_of(view)), order.index(view[0].message.message_id), -view[0].position


def units_of(lines: list[Statement]) -> Fraction:
    return sum((one.quantity or Fraction(0) for one in lines), Fraction(0))


def value_of_lines(lines: list[Statement]) -> Fraction | None:
    """Of sales; what a stock is worth, nobody asks."""
    values = [one.value for one in lines if one.value is not None and one.measure in SALES | SALES_THAT_NEVER_COUNT]
    return sum(values, Fraction(0)) if values else None


def last_word(lines: list[Statement]) -> list[Statement]:
    """Of what several messages state under one code, the last one's; the others are restated, or repeat it."""
    order = [one.message.message_id for one in lines]
    originals = [one.message.message_id for one in lines if one.message.function != "duplicate"]
    by_message: dict[str, list[Statement]] = defaultdict(list)
    for one in lines:
        by_message[one.message.message_id].append(one)
    last = by_message.pop((originals or order)[-1])
    for before in by_message.values():
        is_same = units_of(before) == units_of(last) and value_of_lines(before) == value_of_lines(last)
        is_taken_back = last[0].message.function == "cancellation"
        for one in before:
            one.fate = "repeated" if is_same and not is_taken_back else "superseded"
    return last
