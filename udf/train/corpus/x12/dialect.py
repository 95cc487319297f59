"""The dialect of a partner that sends X12 852, 846 or 867 (003030 to 005010): what it does in every set."""

import random

from udf.train.corpus.parts import X12_MARKS
from udf.train.corpus.values import unknown_code

ID_TYPES = ["UP", "UP", "UP", "UK", "EN", "UI", "UA", "IN", "VN", "SK", "BP", "VP", "VC", "MG", "ND", "CB", "PN"]
EXTRA_TYPES = ["RK", "ST", "ZZ", "VA", "SZ", "CG", "HI", "LT", "MN", "PD", "IB"]
PARTIES = ["FR", "TO", "SU", "VN", "SE", "MF", "DS", "BG", "IV", "PE", "BT", "II", "BY"]
AGENTS = ["EN", "CA", "LW", "AG", "FW"]
"""98: who else may stand in a header and is no place: an end user, a carrier, a customer, an agent, a forwarder."""
PLACES = ["ST", "ST", "RL", "WH", "SF", "BS", "LP", "CN"]
ID_KINDS = ["92", "92", "UL", "9", "91", "54", "1", "21", "XX"]
ACTIVITIES = (
    "QS QS QS QA QA QA QP QR QU QO OH TS Q1 QI QD QT QB QE QC QZ QW QL QM QN QX QK QF QH Q2 Q3 HL BT OP OF WQ OQ PO "
    "LS DG"
).split()
STOCK_CODES = "33 33 33 17 17 17 63 27 29 34 36 26 20 01 02 72 73 76 87 39 32 BQ IQ QH QA QB QC QD QO 38".split()
UNMAPPED = (["12", "25", "57", "67", "70", "77"], ["AA", "AB", "Q4", "RQ"])
"""Codes that are listed, in 673 and in 859, and that no table of ours gives a meaning."""
TO_COME = ["63", "BQ", "IQ"]
NOISE_DATES = ["371", "011", "002", "036", "327", "003", "004", "097"]

_RARITIES = (
    "references", "sparse_prices", "two_units", "plain_codes", "unit_above", "carrier", "coming", "orders", "line_date",
    "accompanied", "price_above", "composite_unit", "own_units", "details", "group_period",
)  # fmt: skip


class X12Dialect:
    """What one partner does in all of its 852, 846 or 867: drawn once."""

    def __init__(self, r: random.Random, message_type: str | None = None) -> None:
        self.message_type = kind = message_type or r.choice(["852", "852", "852", "846", "846", "867"])
        self.six = r.random() < 0.1
        self.ids = r.sample(ID_TYPES, r.choice([1, 1, 2, 2, 3]))
        self.ids = list(dict.fromkeys(self.ids)) + r.sample(EXTRA_TYPES, r.choice([0, 0, 0, 1]))
        self.ids = [i if r.random() < 0.97 else unknown_code(r) for i in self.ids]
        self.line_numbers = r.random() < 0.75
        splits = {
            "852": ["none"] * 4 + ["sdq"] * 4 + ["group"],
            "846": ["none"] * 4
            + ["n1"] * 2
            + ["sch"] * 2
            + ["ws"] * 2
            + ["sdq"],  # no N1 above LIN: a place is of the set or of a line
            "867": ["none"],
        }[kind]
        self.split = r.choice(splits)
        self.references = self.split == "ws" and r.random() < 0.3  # the loop holds lots or orders instead of stores
        self.total = r.random() < 0.5
        self.zero_totals = r.random() < 0.1
        self.place_role, self.id_kind = r.choice(PLACES), r.choice(ID_KINDS)
        if self.place_role == "SF" and kind != "846":  # from where goods went: beside a buyer no place of a sale
            self.place_role = "ST"
        self.name_only = r.random() < 0.1
        self.sch_places = self.split != "sch" or r.random() < 0.7
        self.header_place = (self.split == "none" or self.references or not self.sch_places) and r.random() < (
            0.4 if kind == "867" else 0.7
        )
        self.buyer_store = self.header_place and kind == "852" and r.random() < 0.15
        self.parties = r.choice([0, 1, 1, 2, 2, 3, 3, 4, 5])
        # parties that come with the place of each group, before it or behind it
        self.companions = r.sample(["FR", "SU", "VN", "SE", "BY"], r.choice([0, 0, 1, 2]))
        self.companions_first = r.random() < 0.3
        self.period = (
            r.choice(["range", "range", "one"]) if kind == "852" else r.choice(["document"] * 3 + ["pair", "one"])
        )
        if kind == "867":
            self.period = r.choice(["pair", "pair", "range", "none", "line", "transfer"])
        self.in_za = kind == "852" and r.random() < 0.92
        codes = ACTIVITIES if kind == "852" else STOCK_CODES if kind == "846" else ["32", "32", "39", "38", "76"]
        if not self.sch_places:  # a schedule splits what is to come
            codes = TO_COME
        if kind == "852" and not self.in_za:
            codes = ["32", "17", "33", "76", "QS", "QA"]
        count = r.choice([1] * 6 + [2] * 4 + [3, 3, 4, 4, 6, 8, 11]) if kind != "867" else 1
        self.codes = list(dict.fromkeys(r.choice(codes) for _ in range(count)))
        unmapped = UNMAPPED[kind == "852"] if self.sch_places else TO_COME
        self.codes = list(dict.fromkeys(c if r.random() < 0.95 else r.choice(unmapped) for c in self.codes))
        self.some_codes = r.random() < 0.3
        self.line_quantity = self.in_za and r.random() < 0.12
        self.counts = self.in_za and r.random() < 0.15
        self.unit = r.choice(["EA", "EA", "EA", "CA", "CS", "BX", "FT", "LB", "DZ", "PK", "UN", ""])
        split = kind == "846" and self.split in ("none", "group") and r.random() < 0.25
        self.stock_mark = r.choice(X12_MARKS) if split else ""
        self.unit_segment = kind == "846" and self.split in ("none", "n1", "group", "ws") and r.random() < 0.2
        self.price = r.choice(["none", "none", "line", "line", "activity"])
        self.price_kind = r.choice(["RTL", "UCP", "RES", "MSR", "DIS", "CON", "WHL", "CAT", "ACT"])
        self.price_class = r.choice(["", "", "RS", "WS", "DI", "TR"])
        self.price_tail = r.choice([0, 0, 1, 2])
        self.two_prices = r.random() < 0.1
        self.second_kind = r.choice([kind for kind in ("UCP", "RES", "MSR") if kind != self.price_kind])
        self.extras = r.sample(["N9", "REF", "REF", "DTM", "AMT", "ZZZ", "SLN", "LM"], r.choice([0, 0, 1, 1, 2]))
        self.texts = r.sample(["PID", "PO4", "MEA", "PKG", "TD5"], r.choice([0, 0, 1, 2]))
        self.activity_date = r.choice(["", "", "", "", "", "", "attribute", "as-of"]) if self.in_za else ""
        self.stores = r.choice([1, 2, 3, 4, 6, 10, 14])
        self.sub_location = r.random() < 0.3
        self.quantity_first = kind == "867" and r.random() < 0.6
        self.ptd = kind == "867" and r.random() < 0.9
        self.ptd_place = self.ptd and not self.header_place and r.random() < 0.6
        self.ptd_extra = r.choice([0, 0, 1, 2])
        self.order_dates = kind == "867" and r.random() < 0.3
        self.header_total = kind == "867" and r.random() < 0.1
        self.place_code = r.choice(["WS", "WS", "ST", "LU"])
        if self.period == "transfer" and not self.ptd:
            self.period = "pair"
        self.is_placed = self.header_place or self.ptd_place or self.split == "group"
        self.schedule_date = r.choice(["002", "018"])
        self.class_missing, self.unit_class = r.random() < 0.25, r.choice(["PE", "CA"])
        self._draw_rarities(r)

    def _draw_rarities(self, r: random.Random) -> None:
        """What few partners do."""
        kind, plain = self.message_type, self.split == "none" and not self.stock_mark
        self.sparse_prices = kind != "867" and self.price == "activity" and len(self.codes) > 1 and r.random() < 0.4
        self.two_units = self.in_za and self.split == "sdq" and r.random() < 0.15  # a unit for each SDQ
        self.total = self.total and not self.two_units
        beside = self.in_za and self.split == "sdq" and r.random() < 0.2
        self.plain_codes = [code for code in self.codes[1:] if beside and r.random() < 0.6]
        quantities = kind == "846" and not self.unit_segment and self.split not in ("sdq", "sch")
        self.unit_above = quantities and r.random() < 0.15
        if self.unit_above:
            self.unit = ""
        self.carrier = not self.sch_places and r.random() < 0.3
        self.coming = kind == "846" and plain and not (self.unit_above or self.unit_segment) and r.random() < 0.12
        self.orders = self.in_za and plain and not self.activity_date and r.random() < 0.15
        if self.orders:
            self.codes = list(dict.fromkeys([*self.codes, "QP"]))
        self.line_date = kind == "846" and self.period != "pair" and r.random() < 0.15
        self.accompanied = self.split == "n1" and bool(self.companions) and r.random() < 0.5
        self._draw_outsiders(r)

    def _draw_outsiders(self, r: random.Random) -> None:
        """What outsiders' messages have and few partners do."""
        kind = self.message_type
        # 004010 852: CTP below LIN and below ZA
        self.price_above = self.in_za and self.price == "activity" and r.random() < 0.35
        # C001: a unit and its exponent, in QTY03 and UIT01; SDQ01 and SCH02 have the unit alone
        self.composite_unit = bool(self.unit) and not self.in_za and self.split in ("none", "n1") and r.random() < 0.15
        self.own_units = self.unit_segment and not self.stock_mark and r.random() < 0.3
        if self.own_units:
            self.codes = list(dict.fromkeys([*self.codes, "33", "17", "IQ"]))
        self.details = r.random() < 0.08
        self.short_numbers = r.random() < 0.1
        # an 846 has places in its lines, and a party of a role without a row in the tables may be one
        self.agents = [r.choice(AGENTS[:2] if kind == "846" else AGENTS)] if r.random() < 0.06 else []
        self.group_period = kind == "852" and self.split == "group" and self.period == "one" and r.random() < 0.3
        if kind == "846" and self.period == "document" and not self.line_date and r.random() < 0.15:
            self.period = "inventory"

    @property
    def layout(self) -> tuple[object, ...]:
        """Where this dialect keeps what: what tells known partners from held-out ones."""
        return (
            self.message_type, self.split, self.header_place, self.name_only, self.period, self.price, self.in_za,
            self.total, self.line_quantity, self.counts, self.unit_segment, self.quantity_first, self.ptd_place,
            self.sch_places, self.stock_mark, self.companions_first, len(self.companions), self.class_missing,
            *(name for name in _RARITIES if getattr(self, name)),
        )  # fmt: skip

    @property
    def habits(self) -> tuple[str, ...]:
        """What this dialect does beyond one item, one place, one quantity (`udf.train.corpus.census`)."""
        return tuple(name for name, is_so in {
            "split by place": self.split in ("sdq", "sch", "ws") and self.sch_places,
            "schedule without places": not self.sch_places,
            "parties with the place of a group": self.split == "group" and bool(self.companions),
            "the place among parties": self.header_place and self.parties > 1,
            "a place by name alone": self.name_only and self.is_placed,
            "stock in parts": bool(self.stock_mark),
            "five quantities and more": len(self.codes) > 4,
            "price in UIT": self.price == "activity" and (self.message_type == "867" or self.unit_segment),
            "period of each transfer": self.period == "transfer",
            "a price of the line beside those of activities": self.price_above,
            "a unit with its exponent": self.composite_unit,
            "each quantity in a unit of its own": self.own_units,
            "parties with addresses and references": self.details,
            "the date of the inventory in the header": self.period == "inventory",
        }.items() if is_so)  # fmt: skip
