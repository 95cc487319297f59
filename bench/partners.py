"""Plain partners in six habits and their messages of any length, with what each message states.

The truth is written down beside the text, value by value, so no code of the compiler has a say in it.
"""

import datetime
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

Essence = tuple[object, ...]
"""What a line states, in the order of `LINE`; dates are ISO text."""
LINE = (
    "item_id", "item_id_type", "location_id", "location_id_type", "qualifier", "measure", "quantity", "unit", "price",
    "price_type", "currency", "period_start", "period_end", "as_of_date",
)  # fmt: skip
HEADER = ("standard", "message_type", "message_reference", "document_number", "document_date", "function", "currency")

STORE_LINES = 20
"""Line groups under one store, where a habit groups them by store."""
_MONDAY = datetime.date(2026, 1, 5)
_ITEMS = {"UP": "{:011d}", "UK": "1{:012d}", "EN": "40{:010d}", "SRV": "40{:010d}"}
"""GTINs without their check digit."""
_WORDS = ("COFFEE", "TEA", "RUSK", "SOAP", "BATTERY", "CANDLE", "NAPKIN", "OLIVES")


@dataclass(frozen=True, slots=True)
class Message:
    """UNH…UNT or ST…SE as a file is split into them, what its header says, and the lines it states, in their order."""

    text: str
    header: Essence
    lines: tuple[Essence, ...]
    groups: int


@dataclass(frozen=True, slots=True)
class Partner:
    """A sender and what is constant in its messages; with other habits its chunks have other shapes."""

    habit: str
    sender: str
    item_type: str
    unit: str
    price_type: str
    is_price_first: bool
    has_decimals: bool
    has_words: bool
    has_second_id: bool
    has_pair_of_dates: bool
    currency: str
    references: tuple[str, ...]
    version: str
    terminator: str

    @property
    def is_x12(self) -> bool:
        return self.habit[0].isdigit()


def draw_partner(r: random.Random, number: int, habit: str | None = None) -> Partner:
    """A partner of a habit; `number` makes its sender its own."""
    habit = habit or r.choice(tuple(HABITS))
    x12 = habit[0].isdigit()
    newline = r.choice(("", "\n"))
    return Partner(
        habit, f"PARTNER{number:05d}" if x12 else _with_check_digit(f"40{number:010d}"),
        r.choice(("UP", "UK") if x12 else ("EN", "SRV")), "EA" if x12 else r.choice(("", "PCE")),
        r.choice(("", "RTL", "UCP") if x12 else ("", "AAA", "AAE", "NTP")), r.random() < 0.5, r.random() < 0.2,
        r.random() < 0.3, r.random() < 0.3, r.random() < 0.5, "" if x12 else r.choice(("", "EUR", "SEK")),
        tuple(r.sample(("IA", "DP", "MR", "VR") if x12 else ("VN", "ON", "CT", "ACD"), r.choice((0, 0, 1, 2)))),
        r.choice(("004010", "004010VICS", "005010") if x12 else ("D:96A:UN:EAN004", "D:96A:UN", "D:01B:UN:EAN007")),
        ("~" if x12 else "'") + newline,
    )  # fmt: skip


def write_message(partner: Partner, r: random.Random, groups: int, reference: int = 1) -> Message:
    """A message of so many line groups: a week's report of drawn items, quantities and prices."""
    page = _Page(partner, r, reference)
    HABITS[partner.habit](page, groups)
    return page.close(groups)


def write_messages(seed: object, partner: Partner, groups: int, count: int | None = None) -> Iterator[Message]:
    """A partner's messages, the same ones for the same seed; endlessly where no count is given."""
    r = random.Random(f"{seed}:{partner.sender}")
    return (write_message(partner, r, groups, number) for number in islice(itertools.count(1), count))


def wrap(partner: Partner, messages: Sequence[Message], control: int = 1) -> bytes:
    """The messages of a partner as one file, in its envelope."""
    end = partner.terminator
    body = "".join(message.text + end[1:] for message in messages)
    if not partner.is_x12:
        head = f"UNB+UNOA:3+{partner.sender}:14+5412345000013:14+260112:0612+{control}{end}"
        return f"{head}{body}UNZ+{len(messages)}+{control}{end}".encode()
    group = {"852": "PD", "846": "IB", "867": "PT"}[partner.habit[:3]]
    release = partner.version[:3] + "01" if partner.version < "005" else "00501"
    heads = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{partner.sender:15}*ZZ*{'TILLROLL':15}*260112*0612*U*{release}*{control:09d}*0*P*>",
        f"GS*{group}*{partner.sender}*TILLROLL*20260112*0612*{control}*X*{partner.version}",
    )
    tails = f"GE*{len(messages)}*{control}", f"IEA*1*{control:09d}"
    return "".join((*(part + end for part in heads), body, *(part + end for part in tails))).encode()


class _Page:
    """A message under construction."""

    def __init__(self, partner: Partner, r: random.Random, reference: int) -> None:
        self.partner, self.r, self.reference = partner, r, reference
        self.rows: list[str] = []
        self.lines: list[Essence] = []
        self.header: tuple[object, object, object] = (None, None, None)
        """Document number, date and function."""
        monday = _MONDAY + datetime.timedelta(weeks=r.randrange(40))
        self.first, self.last = monday, monday + datetime.timedelta(days=6)
        self.start, self.end = self.first.isoformat(), self.last.isoformat()
        # Items follow one another, so that no message states one twice.
        self.item = r.randrange(10_000, 89_000) * 100_000

    def close(self, groups: int) -> Message:
        partner, rows = self.partner, self.rows
        kind = partner.habit.partition(" ")[0]
        if partner.is_x12:
            head, tail = f"ST*{kind}*{self.reference:04d}", f"SE*{len(rows) + 2}*{self.reference:04d}"
        else:
            head = f"UNH+{self.reference}+{kind}:{partner.version}"
            tail = f"UNT+{len(rows) + 2}+{self.reference}"
        text = "".join(row + partner.terminator for row in (head, *rows, tail))
        standard, reference = ("X12", f"{self.reference:04d}") if partner.is_x12 else ("EDIFACT", str(self.reference))
        header = (standard, kind, reference, *self.header, partner.currency or None)
        return Message(text.rstrip("\n"), header, tuple(self.lines), groups)

    def number_document(self, dated: datetime.date) -> str:
        """A number for an original document of that day."""
        number = f"R{self.r.randrange(10**7, 10**8)}"
        self.header = number, dated.isoformat(), "original"
        return number

    def next_item(self) -> str:
        self.item += 1
        return _with_check_digit(_ITEMS[self.partner.item_type].format(self.item))

    def quantity(self) -> tuple[str, int | Decimal]:
        r = self.r
        if self.partner.has_decimals and r.random() < 0.3:
            text = f"{r.randrange(1, 99)}.{r.randrange(1, 10)}"
            return text, Decimal(text)
        number = r.randrange(1, r.choice((10, 100, 1000)))
        return str(number), number

    def price(self) -> tuple[str, Decimal | None]:
        if not self.partner.price_type:
            return "", None
        text = f"{self.r.randrange(1, 100)}.{self.r.randrange(10, 100)}"
        return text, Decimal(text)

    def store(self) -> str:
        return f"{self.r.randrange(1000, 9999)}" if self.partner.is_x12 else \
            _with_check_digit(f"9501{self.r.randrange(10**8):08d}")  # fmt: skip

    # --- EDIFACT ---------------------------------------------------------------------------------------------------

    def open_edifact(self, code: str) -> None:
        partner, rows = self.partner, self.rows
        after = self.last + datetime.timedelta(days=1)
        rows += [f"BGM+{code}+{self.number_document(after)}+9", f"DTM+137:{after:%Y%m%d}:102"]
        if partner.habit.startswith("INVRPT"):
            rows.append(f"DTM+366:{self.last:%Y%m%d}:102")
        elif partner.has_pair_of_dates:
            rows += [f"DTM+90:{self.first:%Y%m%d}:102", f"DTM+91:{self.last:%Y%m%d}:102"]
        else:
            rows.append(f"DTM+356:{self.first:%Y%m%d}-{self.last:%Y%m%d}:718")
        rows += [f"RFF+{name}:{self.r.randrange(10_000, 99_999)}" for name in partner.references]
        rows += ["NAD+SU+5412345000013::9", f"NAD+BY+{partner.sender}::9"]
        if partner.currency:
            rows.append(f"CUX+2:{partner.currency}:10")

    def open_line(self, number: int) -> str:
        item, rows = self.next_item(), self.rows
        rows.append(f"LIN+{number}++{item}:{self.partner.item_type}")
        if self.partner.has_second_id:
            rows.append(f"PIA+1+A{self.r.randrange(1000, 9999)}:SA")
        if self.partner.has_words:
            rows.append(f"IMD+F++:::{self.r.choice(_WORDS)} {self.r.randrange(10, 999)}")
        return item

    def sell(self, item: str, store: str) -> None:
        """QTY 153 and, before or after it, the price."""
        partner = self.partner
        written, number = self.quantity()
        shown, price = self.price()
        quantity = f"QTY+153:{written}:{partner.unit}" if partner.unit else f"QTY+153:{written}"
        rows = [quantity, f"PRI+{partner.price_type}:{shown}"] if shown else [quantity]
        self.rows += rows[::-1] if partner.is_price_first else rows
        self.lines.append((
            item, partner.item_type, store, "9", "153", "sold", number, partner.unit or None, price,
            partner.price_type or None, partner.currency or None, self.start, self.end, None,
        ))  # fmt: skip

    def stock(self, item: str, store: str, code: str, measure: str) -> None:
        partner = self.partner
        written, number = self.quantity()
        self.rows.append(f"QTY+{code}:{written}:{partner.unit}" if partner.unit else f"QTY+{code}:{written}")
        self.lines.append((
            item, partner.item_type, store, "9", code, measure, number, partner.unit or None, None, None,
            partner.currency or None, None, None, self.end,
        ))  # fmt: skip

    # --- X12 -------------------------------------------------------------------------------------------------------

    def refer(self) -> None:
        name = "N9" if self.partner.habit.startswith("852") else "REF"
        self.rows += [f"{name}*{code}*{self.r.randrange(10_000, 99_999)}" for code in self.partner.references]

    def open_lin(self, number: str) -> str:
        item, second = self.next_item(), ""
        if self.partner.has_second_id:
            second = f"*VN*A{self.r.randrange(1000, 9999)}"
        self.rows.append(f"LIN*{number}*{self.partner.item_type}*{item}{second}")
        return item

    def count(
        self, item: str, store: str, code: str, measure: str, number: int | Decimal,
        price: Decimal | None = None, is_sale: bool = True,
    ) -> None:  # fmt: skip
        partner = self.partner
        self.lines.append((
            item, partner.item_type, store, "92", code, measure, number, "EA", price,
            partner.price_type if price is not None else None, None,
            *((self.start, self.end, None) if is_sale else (None, None, self.end)),
        ))  # fmt: skip


def _with_check_digit(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


# --- the habits ------------------------------------------------------------------------------------------------------


def _write_sales_by_store(page: _Page, groups: int) -> None:
    page.open_edifact("73E")
    store = ""
    for number in range(1, groups + 1):
        if number % STORE_LINES == 1:
            store = page.store()
            page.rows.append(f"LOC+162+{store}::9")
        page.sell(page.open_line(number), store)


def _write_sales_by_line(page: _Page, groups: int) -> None:
    page.open_edifact("73E")
    for number in range(1, groups + 1):
        item, store = page.open_line(number), page.store()
        page.rows.append(f"LOC+162+{store}::9")
        page.sell(item, store)


def _write_stock(page: _Page, groups: int) -> None:
    page.open_edifact("35")
    store = page.store()
    page.rows.append(f"NAD+SN+{store}::9")
    for number in range(1, groups + 1):
        item = page.open_line(number)
        page.stock(item, store, "145", "on_hand")
        if page.partner.has_pair_of_dates or number % 3:
            page.stock(item, store, "21", "on_order")


def _write_852(page: _Page, groups: int) -> None:
    page.rows.append(f"XQ*H*{page.first:%Y%m%d}*{page.last:%Y%m%d}")
    page.refer()
    page.rows.append(f"N1*FR*{page.partner.sender}*92*01")
    for number in range(1, groups + 1):
        item = page.open_lin(str(number))
        shown, price = page.price()
        if shown:
            page.rows.append(f"CTP**{page.partner.price_type}*{shown}")
        stores = [f"{page.r.randrange(100, 500) + 500 * n:04d}" for n in range(2)]
        for code, measure in (("QS", "sold"), ("QA", "available"))[: 1 + (number % 2)]:
            split = [(store, page.r.randrange(1, 200)) for store in stores]
            page.rows += [f"ZA*{code}", "*".join(("SDQ*EA*92", *(f"{store}*{count}" for store, count in split)))]
            for store, count in split:
                is_sale = code == "QS"
                page.count(item, store, code, measure, count, price, is_sale)
    page.rows.append(f"CTT*{groups}")


def _write_846(page: _Page, groups: int) -> None:
    page.rows.append(f"BIA*00*SI*{page.number_document(page.last)}*{page.last:%Y%m%d}")
    page.refer()
    page.rows.append(f"DTM*007*{page.last:%Y%m%d}")
    for number in range(1, groups + 1):
        item, store = page.open_lin(str(number)), page.store()
        written, count = page.quantity()
        page.rows += [f"QTY*17*{written}*EA", f"N1*ST*SHOP {store}*92*{store}"]
        page.count(item, store, "17", "on_hand", count, is_sale=False)
    page.rows.append(f"CTT*{groups}")


def _write_867(page: _Page, groups: int) -> None:
    page.rows.append(f"BPT*00*{page.number_document(page.last)}*{page.last:%Y%m%d}*SS")
    page.refer()
    page.rows += [f"DTM*090*{page.first:%Y%m%d}", f"DTM*091*{page.last:%Y%m%d}"]
    for _ in range(groups):
        store = page.store()
        written, count = page.quantity()
        page.rows += ["PTD*SS", f"N1*ST*CLINIC {store}*92*{store}", f"QTY*32*{written}*EA"]
        page.count(page.open_lin(""), store, "32", "sold", count)
    page.rows.append(f"CTT*{groups}")


HABITS: dict[str, Callable[[_Page, int], None]] = {
    "SLSRPT by store": _write_sales_by_store,
    "SLSRPT by line": _write_sales_by_line,
    "INVRPT": _write_stock,
    "852": _write_852,
    "846": _write_846,
    "867": _write_867,
}
