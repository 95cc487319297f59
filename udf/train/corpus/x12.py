"""Partners that send X12 852, 846 and 867 (003030 to 005010): each draws its dialect once."""

import random

from udf.standards.items import item_class
from udf.train.corpus.drafts import (
    Draft,
    DraftSegment,
    Reference,
    code,
    day,
    days,
    different,
    digits,
    gtin,
    item_number,
    money,
    number,
    phrase,
    place,
    stands,
    total,
    unknown_code,
)  # fmt: skip
from udf.train.corpus.parts import X12_MARKS, break_sums, draw_parts, write_mark

ID_TYPES = ["UP", "UP", "UP", "UK", "EN", "UI", "UA", "IN", "VN", "SK", "BP", "VP", "VC", "MG", "ND", "CB", "PN", "IZ"]
EXTRA_TYPES = ["RK", "ST", "ZZ", "VA", "SZ", "CG", "HI", "LT", "MN", "PD", "IB"]
PARTIES = ["FR", "TO", "SU", "VN", "SE", "MF", "DS", "DB", "BG", "IV", "PE", "BT", "II", "BY"]
PLACES = ["ST", "ST", "RL", "WH", "SF", "BS", "LP", "CN"]
ID_KINDS = ["92", "92", "UL", "9", "91", "54", "1", "21", "XX"]
ACTIVITIES = (
    "QS QS QS QA QA QA QP QR QU QO OH TS Q1 QI QD QT QB QE QC QZ QW QL QM QN QX QK QF QH QJ Q2 Q3 HL BT OP OF WQ OQ PO "
    "LS DG"
).split()
STOCK_CODES = "33 33 33 17 17 17 63 27 29 34 36 26 20 01 02 72 73 76 87 39 32 BQ IQ QH QA QB QC QD QO 38".split()
NOISE_DATES = ["371", "011", "002", "036", "327", "003", "004", "097"]


class X12Partner:
    """A dialect of 852, 846 or 867. `draft(r)` gives another set of it."""

    def __init__(self, r: random.Random, message_type: str | None = None) -> None:
        self.message_type = kind = message_type or r.choice(["852", "852", "852", "846", "846", "867"])
        self.six = r.random() < 0.1
        self.ids = r.sample(ID_TYPES, r.choice([1, 1, 2, 2, 3]))
        self.ids = list(dict.fromkeys(self.ids)) + r.sample(EXTRA_TYPES, r.choice([0, 0, 0, 1]))
        self.ids = [i if r.random() < 0.97 else unknown_code(r) for i in self.ids]
        self.line_numbers = r.random() < 0.75
        splits = {
            "852": ["none"] * 4 + ["sdq"] * 4 + ["group"],
            "846": ["none"] * 4 + ["n1"] * 2 + ["sch"] * 2 + ["ws"] * 2 + ["sdq", "group"],
            "867": ["none"],
        }[kind]
        self.split = r.choice(splits)
        self.total = r.random() < 0.5
        self.zero_totals = r.random() < 0.1
        self.place_role, self.id_kind = r.choice(PLACES), r.choice(ID_KINDS)
        self.name_only = r.random() < 0.1
        self.sch_places = self.split != "sch" or r.random() < 0.7
        self.header_place = (self.split == "none" or not self.sch_places) and r.random() < (
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
        if kind == "852" and not self.in_za:
            codes = ["32", "17", "33", "76", "QS", "QA"]
        count = r.choice([1] * 6 + [2] * 4 + [3, 3, 4, 4, 6, 8, 11]) if kind != "867" else 1
        self.codes = list(dict.fromkeys(r.choice(codes) for _ in range(count)))
        self.codes = list(dict.fromkeys(c if r.random() < 0.95 else unknown_code(r) for c in self.codes))
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
        self.place_code = r.choice(["WS", "WS", "ZZ", "LU"])
        if self.period == "transfer" and not self.ptd:
            self.period = "pair"
        self.is_placed = self.header_place or self.ptd_place or self.split == "group"
        self.schedule_date = r.choice(["002", "018"])
        self.class_missing, self.unit_class = r.random() < 0.25, r.choice(["PE", "CA"])

    @property
    def layout(self) -> tuple[object, ...]:
        """Where this dialect keeps what: what tells known partners from held-out ones."""
        return (
            self.message_type, self.split, self.header_place, self.name_only, self.period, self.price, self.in_za,
            self.total, self.line_quantity, self.counts, self.unit_segment, self.quantity_first, self.ptd_place,
            self.sch_places, self.stock_mark, self.companions_first, len(self.companions), self.class_missing,
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
        }.items() if is_so)  # fmt: skip

    def draft(self, r: random.Random) -> Draft:
        """Another set of this partner: one to three groups, one to three lines each."""
        draft = Draft(self.message_type)
        {"852": self._header_852, "846": self._header_846, "867": self._header_867}[self.message_type](r, draft)
        draft.close_header()
        counter = 0
        grouped = self.split == "group" or self.ptd
        groups = r.randint(2 if self.split == "group" else 1, 3) if grouped else 1
        for g in range(groups):
            if self.split == "group":
                self._group(r, draft)
            if self.ptd:
                self._transfer(r, draft)
            lines = r.randint(2 if g == groups - 1 else 1, 3) if not self.ptd else r.choice([1, 1, 2])
            for n in range(lines):
                counter += 1
                # before a place, a line without a quantity does not show where it ends; nor as the last one of lines
                # that end with their places
                last = n == lines - 1 and (g < groups - 1 or self.split == "n1")
                self._line(r, draft, counter, may_lack=not last)
        for segment in draft.segments:
            if segment.tag == "QTY" and segment.elements[0] == ["TO"]:
                segment.elements[1] = [total(draft.records)]
        if r.random() < 0.7:
            draft.add("CTT", str(counter))
        draft.add("SE", str(len(draft.segments) + 2), "0001")
        return draft

    def _place(self, r: random.Random, draft: Draft, role: str = "") -> dict[str, Reference]:
        if self.name_only:
            name = draft.add("N1", role or self.place_role, r.choice(["STORE ", "MARKET "]) + digits(r, 2))
            return {"location": (name, 1, 0)}
        label = r.choice(["", "", "MAIN STREET", "STORE " + digits(r, 2), code(r, 3, 9)])
        segment = draft.add("N1", role or self.place_role, label, self.id_kind, place(r))
        return {"location": (segment, 3, 0), "location_type": (segment, 2, 0)}

    def _state_place(self, r: random.Random, draft: Draft, role: str = "") -> None:
        draft.state(**self._place(r, draft, role))

    def _group(self, r: random.Random, draft: Draft) -> None:
        """A place for the lines below, with the parties that come with it."""
        for role in self.companions if self.companions_first else []:
            self._party(r, draft, role)
        self._state_place(r, draft)
        for role in [] if self.companions_first else self.companions:
            self._party(r, draft, role)

    def _party(self, r: random.Random, draft: Draft, role: str) -> None:
        """Who is no place; a buyer beside a store may have the short number of one."""
        name = r.choice(["", "", "ACME STORES", code(r, 4, 10), "WHOLESALE CO"])
        if role == "BY" and self.header_place and r.random() < 0.4:
            draft.add("N1", role, name, "92", digits(r, 2, 6))
        elif role == "BY" or r.random() < 0.85:
            kind = r.choice(["UL", "9", "1", "UL", "92", "91"])
            draft.add("N1", role, name, kind, digits(r, r.choice([9, 13, 13])))
        else:
            draft.add("N1", role, name or "ACME")

    def _parties(self, r: random.Random, draft: Draft) -> None:
        roles: list[str] = r.sample([p for p in PARTIES if not (self.buyer_store and p == "BY")], self.parties)
        if self.header_place:
            roles.insert(r.randint(0, len(roles)), "")
        for role in roles:
            if role:
                self._party(r, draft, role)
                if r.random() < 0.05:
                    draft.add("REF", r.choice(["SB", "CT", "IA", "DP"]), code(r, 3, 8))
            elif self.buyer_store:
                segment = draft.add("N1", "BY", r.choice(["", "STORE", "MARKET"]), "92", digits(r, 2, 6))
                draft.state(location=(segment, 3, 0), location_type=(segment, 2, 0))
            else:
                self._state_place(r, draft)

    def _header_852(self, r: random.Random, draft: Draft) -> None:
        start, end = days(r, self.six)
        elements = [r.choice("HFG"), start]
        number_at = 0
        if self.period == "range":
            elements.append(end)
        if r.random() < 0.15:
            elements += [""] * (3 - len(elements)) + [code(r, 3, 9)]
            number_at = 3
        xq = draft.add("XQ", *elements)
        draft.state(start=(xq, 1, 0), end=(xq, 2 if self.period == "range" else 1, 0))
        if number_at:
            draft.state(document_number=(xq, 3, 0))
        for _ in range(r.choice([0, 0, 1, 2])):
            draft.add("N9", r.choice(["IA", "DP", "VR", "MR", "CR"]), code(r, 2, 8))
        if r.random() < 0.1:
            self._currency(r, draft)
        self._parties(r, draft)

    def _currency(self, r: random.Random, draft: Draft) -> None:
        cur = draft.add("CUR", r.choice(["SE", "BY"]), r.choice(["USD", "CAD", "MXN", "EUR"]))
        draft.state(currency=(cur, 1, 0))

    def _header_846(self, r: random.Random, draft: Draft) -> None:
        purpose = r.choice(["00", "00", "00", "05", "04", "01", "07", "15", "18", "25"])
        bia = draft.add(
            "BIA",
            purpose,
            r.choice(["DD", "SI", "MB", "DM", "SR", "CM"]),
            item_number(r).replace(" ", ""),
            day(r, self.six),
        )
        if r.random() < 0.2:
            bia.elements.append([digits(r, 4, 8)])
        draft.state(function=(bia, 0, 0), document_number=(bia, 2, 0), document_date=(bia, 3, 0))
        draft.state(start=(bia, 3, 0), end=(bia, 3, 0))
        if r.random() < 0.2:
            self._currency(r, draft)
        if r.random() < 0.2:
            draft.add("DTM", r.choice(NOISE_DATES), day(r, self.six))
        if self.period == "one":
            at = draft.add("DTM", "007", day(r, self.six))
            draft.state(start=(at, 1, 0), end=(at, 1, 0))
        elif self.period == "pair":
            start, end = days(r, self.six)
            first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
            draft.state(start=(first, 1, 0), end=(last, 1, 0))
        for _ in range(r.choice([0, 0, 1])):
            draft.add("REF", r.choice(["IO", "FI", "ZZ", "IA"]), r.choice(["", code(r, 3, 6)]), r.choice(["", "DVD"]))
        self._parties(r, draft)

    def _header_867(self, r: random.Random, draft: Draft) -> None:
        bpt = draft.add(
            "BPT",
            r.choice(["00", "00", "05", "01", "04"]),
            code(r, 4, 10),
            day(r, self.six),
            r.choice(["SS", "CT", "DD", "02", "PR", "SR"]),
        )
        draft.state(function=(bpt, 0, 0), document_number=(bpt, 1, 0), document_date=(bpt, 2, 0))
        if r.random() < 0.15:
            self._currency(r, draft)
        if r.random() < 0.15:
            draft.add("DTM", r.choice(["327", "097", "011"]), day(r, self.six))
        if self.period == "pair":
            start, end = days(r, self.six)
            first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
            draft.state(start=(first, 1, 0), end=(last, 1, 0))
        elif self.period == "range":
            span = draft.add("DTM", r.choice(["090", "007"]), "", "", "", "RD8", "-".join(days(r)))
            draft.state(start=(span, 5, 0), end=(span, 5, 0))
        if self.header_total:
            draft.add("QTY", "TO", digits(r, 1, 4))
        self._parties(r, draft)

    def _transfer(self, r: random.Random, draft: Draft) -> None:
        tail = r.choice(
            [[], [], ["", "", "VC", code(r, 4, 8), "DC"], ["", "", "", "", "DC"], ["007", day(r, self.six)]]
        )
        draft.add("PTD", r.choice(["SS", "SS", "SU", "SA", "BD", "SH", "PA", "BJ"]), *tail)
        for _ in range(self.ptd_extra if r.random() < 0.7 else 0):
            draft.add(
                *r.choice(
                    [("REF", "PO", code(r, 4, 8)), ("DTM", "003", day(r, self.six)), ("REF", "DI", code(r, 4, 8))]
                )
            )
        blocks = ["place"] * self.ptd_place + ["dates"] * (self.period == "transfer")
        if r.random() < 0.4:
            blocks.reverse()
        for block in blocks:
            if block == "dates":
                start, end = days(r, self.six)
                first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
                draft.state(start=(first, 1, 0), end=(last, 1, 0))
                continue
            for role in ["BY"] if r.random() < 0.15 else self.companions if self.companions_first else []:
                self._party(r, draft, role)
            self._state_place(r, draft)
            if r.random() < 0.25:
                self._party(r, draft, r.choice(["BT", "DS", "SE"]))
            if r.random() < 0.3:
                draft.add("REF", r.choice(["PO", "SB"]), code(r, 4, 8))

    def _identifiers(self, r: random.Random, draft: Draft, counter: int) -> dict[str, Reference]:
        elements = [str(counter) if self.line_numbers else ""]
        kinds = list(self.ids)
        blank = r.randrange(len(kinds)) if len(kinds) > 1 and r.random() < 0.05 else -1
        for n, kind in enumerate(kinds):
            value = gtin(r, (12, 12, 13, 14, 11)) if item_class(kind) == 0 and r.random() < 0.92 else item_number(r)
            elements += [kind, "" if n == blank else value]
        if r.random() < 0.04:
            elements += [r.choice([kind for n, kind in enumerate(kinds) if n != blank]), item_number(r)]
        lin = draft.add("LIN", *elements)
        stated = [n for n in range(len(kinds)) if n != blank]
        best = min(stated, key=lambda n: (item_class(kinds[n]), n))
        return {"item": (lin, 2 + 2 * best, 0), "item_type": (lin, 1 + 2 * best, 0)}

    def _extras(self, r: random.Random, draft: Draft) -> None:
        for tag in self.texts:
            if tag in ("PID", "PKG"):
                draft.add(tag, "F", "", "", "", phrase(r))
            elif tag == "MEA":
                draft.add("MEA", "", "WT", money(r))
            else:
                draft.add(tag, r.choice(["1", "6", "12"]))
        for extra in self.extras:
            if r.random() < 0.25:
                continue
            if extra == "N9":
                draft.add("N9", r.choice(["IK", "LT", "DP"]), digits(r, 3, 9))
            elif extra == "REF":
                # ZZ may name the place where no other is named
                codes = ["ZZ", "LT", "DP", "DI", "PO"] if self.is_placed or self.message_type == "846" else ["LT", "PO"]
                draft.add("REF", r.choice(codes), code(r, 3, 8))
            elif extra == "DTM":
                draft.add("DTM", r.choice(NOISE_DATES), day(r, self.six))
            elif extra == "AMT":
                draft.add("AMT", r.choice(["TS", "S", "FO"]), money(r))
            elif extra == "SLN":
                draft.add("SLN", digits(r, 1), "", "I")
            elif extra == "LM":
                draft.add("LM", r.choice(["VI", "AX"]))
            else:
                draft.add(
                    r.choice(["ZZZ", "Q99", "ACT", "LQ", "SII", "G95", "PSA", "LDT", "ITA", "CS", "DTP"]),
                    code(r, 1, 5),
                    r.choice(["", code(r, 2, 4)]),
                )

    def _price(self, r: random.Random, draft: Draft) -> dict[str, Reference]:
        tail = [["", "", "", "", "", "PE"], ["", self.unit or "EA"], []][self.price_tail]
        ctp = draft.add("CTP", self.price_class, self.price_kind, money(r), *tail)
        if self.two_prices:
            draft.add("CTP", self.price_class, self.second_kind, money(r), *tail)
        return {"price": (ctp, 2, 0), "price_type": (ctp, 1, 0)}

    def _line(self, r: random.Random, draft: Draft, counter: int, may_lack: bool) -> None:
        if self.quantity_first:
            record = self._resale_quantity(r, draft)
            record |= self._identifiers(r, draft, counter)
            self._extras(r, draft)
        else:
            record = self._identifiers(r, draft, counter)
            self._extras(r, draft)
        if self.message_type == "867":
            if not self.quantity_first:
                record |= self._resale_quantity(r, draft)
            for block in r.sample(["price", "dates"], 2) if self.quantity_first else ["price", "dates"]:
                if block == "price" and self.price != "none":
                    record |= self._resale_price(r, draft)
                elif block == "dates" and self.order_dates:
                    draft.add("DTM", "003", day(r, self.six))
                    draft.add("DTM", "004", day(r, self.six))
            if self.period == "line":
                start, end = days(r, self.six)
                first, last = draft.add("DTM", "090", start), draft.add("DTM", "091", end)
                record |= {"start": (first, 1, 0), "end": (last, 1, 0)}
            draft.hold([record])
            return
        if self.price == "line":
            record |= self._price(r, draft)
        if may_lack and r.random() < 0.02:
            draft.hold([])
            return
        draft.hold(self._activities(r, draft, record))

    def _resale_quantity(self, r: random.Random, draft: Draft) -> dict[str, Reference]:
        qty = draft.add("QTY", r.choice(self.codes), _quantity(r), *([self.unit] if self.unit else []))
        return {"qualifier": (qty, 0, 0), "quantity": (qty, 1, 0), "unit": (qty, 2, 0)}

    def _resale_price(self, r: random.Random, draft: Draft) -> dict[str, Reference]:
        if self.price == "activity":
            behind = draft.segments[-1].tag == "QTY"
            uit = draft.add("UIT", self.unit or "EA", money(r))
            if not self.class_missing:
                uit.elements.append([r.choice(["CT", "CA", "PE", "TE"])])
            if r.random() < 0.5 and not self.class_missing:
                draft.add("UIT", self.unit or "EA", money(r), r.choice(["CA", "CT"]))
            # a UIT behind a QTY without a unit is the quantity's; farther away it is the price's alone
            unit = {"unit": (uit, 0, 0)} if behind and not self.unit else {}
            return {"price": (uit, 1, 0), "price_type": (uit, 2, 0)} | unit
        return self._price(r, draft)

    def _activities(self, r: random.Random, draft: Draft, base: dict[str, Reference]) -> list[dict[str, Reference]]:
        records = []
        codes = self.codes[: r.randint(1, len(self.codes))] if self.some_codes else self.codes
        if self.line_quantity:
            qty = draft.add("QTY", r.choice(["17", "33", "32"]), _quantity(r), *([self.unit] if self.unit else []))
            records.append(base | {"qualifier": (qty, 0, 0), "quantity": (qty, 1, 0), "unit": (qty, 2, 0)})
        for qualifier, mark in draw_parts(r, codes, self.stock_mark):
            split = self.split in ("sdq", "sch", "ws", "n1")
            with_total = not split or self.total or self.split in ("sch", "ws") or not self.in_za
            elements = [qualifier]
            if with_total or self.split == "n1":
                elements += [_quantity(r)] + ([self.unit] if self.unit and not self.unit_segment else [])
            elif r.random() < 0.3:
                elements += ["", self.unit or "EA"]
            activity = draft.add("ZA" if self.in_za else "QTY", *elements)
            record = base | {"qualifier": (activity, 0, 0), "quantity": (activity, 1, 0), "unit": (activity, 2, 0)}
            if self.activity_date and with_total and self.unit and not self.unit_segment:
                kind = (
                    r.choice(["007", "090"])
                    if self.activity_date == "as-of"
                    else r.choice(["164", "003", "011", "036"])
                )
                activity.elements += [[kind], [day(r, self.six)]]
                if self.activity_date == "as-of":
                    record |= {"start": (activity, 4, 0), "end": (activity, 4, 0)}
            if self.unit_segment:
                uit = draft.add("UIT", r.choice(["EA", "FT", "LB", "CA"]))
                record["unit"] = (uit, 0, 0)
                if self.price == "activity":
                    uit.elements += [[money(r)]] + ([] if self.class_missing else [[self.unit_class]])
                    record |= {"price": (uit, 1, 0), "price_type": (uit, 2, 0)}
            if self.counts:
                draft.add("QTY", r.choice(["N4", "OC"]), digits(r, 1, 2))
            if self.price == "activity" and not self.unit_segment:
                record |= self._price(r, draft)
            write_mark(draft, self.stock_mark, mark)
            if not self.stock_mark and "DTM" in self.extras and r.random() < 0.3 and self.message_type == "846":
                draft.add("DTM", r.choice(NOISE_DATES), day(r, self.six))
            parts = self._split(r, draft, record) if split else [record]
            if self.split in ("sdq", "sch", "ws") and stands(record["quantity"]):
                activity.elements[1] = [total(parts)]
            records += parts
        if self.stock_mark:
            break_sums(r, records)
        return records

    def _split(self, r: random.Random, draft: Draft, record: dict[str, Reference]) -> list[dict[str, Reference]]:
        count = r.randint(1, self.stores)
        stores = different(r, place, count)
        records: list[dict[str, Reference]] = []
        numbers = ["0"] * count if self.zero_totals else [_quantity(r) for _ in range(count)]
        unit_of: DraftSegment
        if self.split == "n1":
            return [record | self._place(r, draft)]
        if self.split == "sdq":
            while numbers:
                some, numbers = numbers[:10], numbers[10:]
                pairs = [text for n in some for text in (stores.pop(), n)]
                sdq = draft.add("SDQ", self.unit or "EA", self.id_kind, *pairs)
                if self.sub_location and len(some) == 10:
                    sdq.elements.append([code(r, 2, 5)])
                records += [
                    record | {
                        "location": (sdq, 2 + 2 * k, 0), "location_type": (sdq, 1, 0), "quantity": (sdq, 3 + 2 * k, 0),
                        "unit": (sdq, 0, 0),
                    }
                    for k in range(len(some))
                ]  # fmt: skip
            return records
        if self.split == "sch" and not self.sch_places:
            for value, when in zip(numbers, different(r, day, count), strict=True):
                unit_of = draft.add("SCH", value, self.unit or "EA", "", "", self.schedule_date, when)
                records.append(record | {"quantity": (unit_of, 0, 0), "unit": (unit_of, 1, 0)})
            return records
        if self.split == "sch":
            for value in numbers:
                unit_of = draft.add(
                    "SCH",
                    value,
                    self.unit or "EA",
                    self.place_role,
                    stores.pop(),
                    r.choice(["002", "097"]),
                    day(r, self.six),
                )
                records.append(record | {
                    "location": (unit_of, 3, 0), "location_type": (unit_of, 2, 0), "quantity": (unit_of, 0, 0),
                    "unit": (unit_of, 1, 0),
                })  # fmt: skip
            return records
        wrapped = self.place_code != "WS" or r.random() < 0.7
        if wrapped:
            draft.add("LS", "REF")
        for value in numbers:
            ref = draft.add("REF", self.place_code, stores.pop(), value)
            records.append(record | {"location": (ref, 1, 0), "location_type": (ref, 0, 0), "quantity": (ref, 2, 0)})
        if wrapped:
            draft.add("LE", "REF")
        return records


def _quantity(r: random.Random) -> str:
    """X12 numbers have a point and never a comma (X12.6, type R)."""
    return number(r).replace(",", ".")
