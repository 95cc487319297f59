"""A partner that changes its dialect under the shapes it always had is noticed, and an exception ends no plan."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from udf.compiler import Compiler
from udf.outcome import CompiledRow, Envelope
from udf.plans.book import PlanBook
from udf.plans.features import ENOUGH, Seen, note_value
from udf.plans.profiles import REMEMBERED, Profile
from udf.plans.shapes import Slot
from udf.standards.reference import load_reference

EDIFACT = Envelope(standard="EDIFACT", sender="4012345000016", decimal_mark=None)
X12 = Envelope(standard="X12", sender="PRAIRIEMART", version="004010")
GTINS = ("4006381333931", "9501101530003", "5449000000996", "4012345000047", "4000862141404")
UPCS = ("614141100019", "614141100026", "614141100033", "614141100040", "614141100057")
EARLIER, CHANGED = 12, 5


class Sale:
    """What one line states, as its partner writes it."""

    def __init__(self, r: random.Random) -> None:
        self.item = r.randrange(len(GTINS))
        self.pieces = [str(r.choice((1, 2, 3, 5, 8, 12, 24, 30, 108))) for _ in range(4)]
        self.price = f"{r.randint(99, 4999) / 100:.2f}"
        self.stores = [f"{store:04}" for store in r.sample(range(101, 140), 4)]
        self.days = ("20261102", "20261108", "20261109")


Change = Callable[[Sale], None]


def map_pieces(turn: Callable[[str], str]) -> Change:
    def change(sale: Sale) -> None:
        sale.pieces = [turn(number) for number in sale.pieces]

    return change


def map_price(turn: Callable[[str], str]) -> Change:
    def change(sale: Sale) -> None:
        sale.price = turn(sale.price)

    return change


def map_days(turn: Callable[[str], str]) -> Change:
    def change(sale: Sale) -> None:
        sale.days = (turn(sale.days[0]), turn(sale.days[1]), turn(sale.days[2]))

    return change


def exchange_places(sale: Sale) -> None:
    sale.stores, sale.pieces = sale.pieces, sale.stores


def exchange_unpadded(sale: Sale) -> None:
    sale.stores, sale.pieces = sale.pieces, ["1" + store[1:] for store in sale.stores]


def exchange_price(sale: Sale) -> None:
    sale.pieces, sale.price = [sale.price] * 4, sale.pieces[0]


BOTH: dict[str, Change] = {
    "prices lose their decimal mark": map_price(lambda price: price.replace(".", "")),
    "prices are stated in hundredths": map_price(lambda price: f"{float(price) * 100:.2f}"),
    "prices have four decimals": map_price(lambda price: f"{float(price) / 100:.4f}"),
    "quantities are stated in hundredths": map_pieces(lambda number: number + "00"),
    "quantities are stated in thousands": map_pieces(lambda number: f"{int(number) / 1000:.3f}"),
    "quantities have decimals": map_pieces(lambda number: number + ".000"),
    "quantities begin with noughts": map_pieces(lambda number: number.zfill(6)),
    "sales are negative": map_pieces(lambda number: "-" + number),
    "prices are negative": map_price(lambda price: "-" + price),
    "prices begin with noughts": map_price(lambda price: "00" + price),
    "dates are of another calendar": map_days(lambda day: "2018" + day[4:]),
    "price and quantity change places": exchange_price,
}
SLOW = ("prices are stated in hundredths", "quantities are stated in hundredths", "quantities are stated in thousands")
"""Of messages of one line each it takes more, since values are no larger than some have been before."""
EDIFACT_ALONE: dict[str, Change] = {
    "prices have a decimal comma": map_price(lambda price: price.replace(".", ",")),
}
X12_ALONE: dict[str, Change] = {
    "places and quantities change places": exchange_places,
    "places without noughts and quantities change places": exchange_unpadded,
    "places have other numbers": lambda sale: setattr(sale, "stores", ["77" + store for store in sale.stores]),
}


def write_edifact(number: int, sales: Sequence[Sale]) -> str:
    first, last, day = sales[0].days
    rows = [
        f"UNH+{number}+SLSRPT:D:96A:UN:EAN004", f"BGM+73E+SLS{number}+9", f"DTM+137:{day}:102", f"DTM+90:{first}:102",
        f"DTM+91:{last}:102", "LOC+162+4012345000030::9",
    ]  # fmt: skip
    for count, sale in enumerate(sales, 1):
        rows += [f"LIN+{count}++{GTINS[sale.item]}:EN", f"QTY+153:{sale.pieces[0]}:PCE", f"PRI+AAA:{sale.price}"]
    return "'".join([*rows, f"UNT+{len(rows) + 1}+{number}'"])


def write_x12(number: int, sales: Sequence[Sale]) -> str:
    first, last, _ = sales[0].days
    rows = [f"ST*852*{number:04}", f"XQ*H*{first}*{last}"]
    for count, sale in enumerate(sales, 1):
        pairs = "*".join(f"{store}*{pieces}" for store, pieces in zip(sale.stores, sale.pieces, strict=True))
        rows += [f"LIN*{count}*UP*{UPCS[sale.item]}", f"CTP**RTL*{sale.price}", "ZA*QS", f"SDQ*EA*92*{pairs}"]
    return "~".join([*rows, f"SE*{len(rows) + 1}*{number:04}~"])


Write = Callable[[int, Sequence[Sale]], str]


class Partner:
    """A partner's messages, and a compiler that has learnt how it writes them."""

    def __init__(self, write: Write, envelope: Envelope, lines: int = 6, habit: Change | None = None) -> None:
        self.r = random.Random(11)
        self.write, self.envelope, self.lines = write, envelope, lines
        self.habit = habit
        self.book = PlanBook(load_reference(), 0)
        self.compiler = Compiler(None, plans=self.book)
        self.number = 0
        self.rows = self.send(EARLIER * 6 // lines)
        assert all(row.is_complete for row in self.rows), self.rows[0].problems
        assert self.rows[-1].route == "plan"
        assert not self.book.has_disagreements

    def send(
        self, messages: int, change: Change | None = None, lines: Sequence[int] | None = None
    ) -> list[CompiledRow]:
        """Messages in which these lines, or all, are written in another way."""
        texts = []
        for _ in range(messages):
            self.number += 1
            sales = [Sale(self.r) for _ in range(self.lines)]
            for number, sale in enumerate(sales):
                for turn in (self.habit, change if lines is None or number in lines else None):
                    if turn:
                        turn(sale)
            texts.append(self.write(self.number, sales))
        return [self.compiler.compile_rows([text], [self.envelope])[0] for text in texts]


def shorten_days(sale: Sale) -> None:
    sale.days = (sale.days[0][2:], sale.days[1][2:], sale.days[2][2:])


def put_day_first(sale: Sale) -> None:
    """Six digits, the day first, where the year came first."""
    sale.days = tuple(day[4:] + day[2:4] + day[:2] for day in sale.days)  # type: ignore[assignment]


def attacks() -> list[tuple[str, str, Change, Change | None]]:
    found: list[tuple[str, str, Change, Change | None]] = []
    found += [("EDIFACT", name, change, None) for name, change in (BOTH | EDIFACT_ALONE).items()]
    found += [("X12", name, change, None) for name, change in (BOTH | X12_ALONE).items()]
    return [*found, ("X12", "days come first in dates of six digits", put_day_first, shorten_days)]


@pytest.mark.parametrize("lines", [1, 6])
@pytest.mark.parametrize(
    ("standard", "name", "change", "habit"), attacks(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_change_of_dialect_is_refused_or_reported_and_ends_the_plans(
    standard: str, name: str, change: Change, habit: Change | None, lines: int
) -> None:
    write, envelope = (write_x12, X12) if standard == "X12" else (write_edifact, EDIFACT)
    partner = Partner(write, envelope, lines, habit)
    messages = CHANGED if lines > 1 or name not in SLOW else 300
    rows = partner.send(messages, change)
    if not any(row.is_valid for row in rows):
        return
    found = partner.book.take_disagreements()
    assert found, f"{sum(row.route == 'plan' for row in rows)} messages were read by plans and nothing was said"
    assert found[0].plans
    assert "may have changed" in found[0].detail
    revoked = {row.plan_id for row in partner.book.take_changed() if row.status == "revoked"}
    assert set(found[0].plans) <= revoked
    if messages == CHANGED:
        assert [row.route for row in rows[ENOUGH:]] == ["model"] * (CHANGED - ENOUGH)


def exception(sale: Sale) -> None:
    sale.pieces = ["-" + number for number in sale.pieces]


@pytest.mark.parametrize(("write", "envelope"), [(write_edifact, EDIFACT), (write_x12, X12)])
def test_an_exception_is_read_by_plans_and_ends_none(write: Write, envelope: Envelope) -> None:
    partner = Partner(write, envelope)
    for change in (exception, map_pieces(lambda number: "4500"), map_price(lambda price: price[:-3])):
        (row,) = partner.send(1, change, lines=[2])
        assert (row.route, row.is_complete) == ("plan", True)
    assert {row.route for row in partner.send(40)} == {"plan"}
    assert partner.book.take_disagreements() == []


def test_a_single_return_now_and_then_is_no_change() -> None:
    partner = Partner(write_edifact, EDIFACT, 1)
    for _ in range(6):
        assert {row.route for row in partner.send(1, exception) + partner.send(5)} == {"plan"}
    assert partner.book.take_disagreements() == []


def test_a_split_whose_quantity_may_be_a_store_is_for_the_gatekeeper_however_little_is_known() -> None:
    partner = Partner(write_x12, X12, 1)
    book = PlanBook(load_reference(), 0)
    book.load(row._replace(profile="{}") for row in partner.book.take_changed())
    book.load_arrangements(partner.book.take_proved())
    partner.compiler.plans = partner.book = book
    assert partner.send(1)[0].route == "plan"
    (row,) = partner.send(1, exchange_places)
    assert not row.is_valid


def test_profiles_are_kept_with_the_plans() -> None:
    partner = Partner(write_x12, X12)
    book = PlanBook(load_reference(), 0)
    book.load(partner.book.take_changed())
    book.load_arrangements(partner.book.take_proved())
    partner.compiler.plans = partner.book = book
    assert partner.send(1)[0].route == "plan"
    assert partner.send(1, map_price(lambda price: price.replace(".", "")))[0].route == "model"
    (found,) = book.take_disagreements()
    assert "CTP RTL: decimals were «.2» and are «none»" in found.detail
    assert found.revoked == ()


def test_an_operator_who_approves_the_plans_again_accepts_the_change() -> None:
    partner = Partner(write_edifact, EDIFACT)
    without = map_price(lambda price: price.replace(".", ""))
    assert partner.send(1, without)[0].route == "model"
    partner.book.take_disagreements()
    partner.book.load([row._replace(status="approved") for row in partner.book.take_changed()])
    assert {row.route for row in partner.send(5, without)} == {"plan"}
    assert partner.book.take_disagreements() == []


def test_a_pinned_plan_goes_on_and_the_change_is_reported() -> None:
    partner = Partner(write_edifact, EDIFACT)
    partner.book.load([row._replace(status="pinned") for row in partner.book.take_changed()])
    rows = partner.send(3, map_price(lambda price: price.replace(".", "")))
    assert [row.route for row in rows] == ["model", "plan", "plan"]
    assert len(partner.book.take_disagreements()) == 1


def see(slot: Slot, values: Sequence[object]) -> dict[str, Seen]:
    seen: Seen = Counter()
    for value in values:
        note_value(seen, slot, str(value))
    return {"role": seen}


def test_stores_that_report_one_by_one_in_the_order_of_their_numbers_are_no_change() -> None:
    profile = Profile()
    assert [profile.judge(see(Slot("digits"), [store])) for store in range(1, 1200)] == [{}] * 1199


def test_quantities_that_differ_by_decades_are_no_change() -> None:
    r = random.Random(3)
    for _ in range(40):
        profile = Profile()
        for _ in range(100):
            assert profile.judge(see(Slot("number"), [round(10 ** r.uniform(0, 4)) for _ in range(3)])) == {}


def test_years_go_by_and_are_no_change() -> None:
    profile = Profile()
    for year in range(2024, 2032):
        for month in range(1, 13):
            assert profile.judge(see(Slot("date", "99999999"), [f"{year}{month:02}01", f"{year}{month:02}28"])) == {}


def test_what_a_million_values_were_like_takes_little_memory_and_is_overtaken() -> None:
    profile = Profile()
    for _ in range(100):
        profile.judge(see(Slot("number"), range(100, 999)))
    assert profile.seen["role"]["n"] <= REMEMBERED


def test_a_damaged_message_teaches_nothing() -> None:
    profile = Profile()
    profile.judge(see(Slot("number"), range(10, 30)))
    before = {role: Counter(seen) for role, seen in profile.seen.items()}
    assert profile.judge(see(Slot("number"), [12, -13]), is_proved=False) == {}
    assert profile.seen == before


@pytest.mark.parametrize(
    ("standard", "name", "change", "habit"), attacks(), ids=lambda value: getattr(value, "__name__", str(value))[:40]
)
def test_a_change_is_noticed_where_each_message_comes_to_another_process(
    standard: str, name: str, change: Change, habit: Change | None
) -> None:
    write, envelope = (write_x12, X12) if standard == "X12" else (write_edifact, EDIFACT)
    # One quantity a message, a hundred times what it was, is written as others were: it takes the check of the figures.
    partner = Partner(write, envelope, lines=2 if "hundredths" in name else 1, habit=habit)
    rows, arrangements = {}, []
    for _ in range(4 * CHANGED):
        rows |= {row.plan_id: row for row in partner.book.take_changed()}
        arrangements += partner.book.take_proved()
        partner.book = PlanBook(load_reference(), 0)
        partner.book.load(rows.values())
        partner.book.load_arrangements(arrangements)
        partner.compiler = Compiler(None, plans=partner.book)
        partner.send(1, change)
        if partner.book.has_disagreements:
            return
    pytest.fail(f"{name}: nothing was told")


def test_a_message_is_looked_at_whatever_shapes_went_first_when_it_was_read() -> None:
    """The first reading leaves habits behind by which a second one may end at a shape that goes on."""
    book = PlanBook(load_reference(), 0)
    compiler = Compiler(None, plans=book)
    routes = Counter[str | None]()
    for number in range(1, 12):
        lines = [f"LIN+{n}++{GTINS[n]}:EN'QTY+145:{10 + number + n}" for n in range(3)]
        lines = [f"{line}'QTY+21:{3 + number}" for line in lines[:2]] + lines[2:]
        rows = f"UNH+{number}+INVRPT:D:96A:UN'BGM+35+R{number}+9'DTM+137:20260713:102'DTM+366:20260712:102'" + (
            f"NAD+SN+9501776054873::9'{chr(39).join(lines)}'"
        )
        text = f"{rows}UNT+{rows.count(chr(39)) + 1}+{number}'"
        (row,) = compiler.compile_rows([text], [EDIFACT])
        assert row.is_complete
        routes[row.route] += 1
    assert routes["plan"] > 0
