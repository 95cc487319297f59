"""Partners that send SLSRPT and INVRPT (UN/EDIFACT D.93A to D.01B): each draws its dialect once."""

import random

from udf.standards.items import item_class
from udf.train.corpus.drafts import (
    Draft,
    DraftSegment,
    Element,
    Reference,
    code,
    day,
    digits,
    gtin,
    item_number,
    money,
    number,
    phrase,
    place,
    total,
    unknown_code,
)  # fmt: skip
from udf.train.corpus.parts import EDIFACT_MARKS, break_sums, draw_parts, write_mark

PLACE_ROLES = ["ST", "SN", "WH", "SN", "ST", "GY", "DP", "UD", "SF"]
PARTY_ROLES = ["SU", "SE", "BY", "MS", "MR", "PR", "IV", "FR", "CN", "II", "OB", "BY", "SU", "CA"]
PLACE_LOCS = ["162", "162", "162", "14", "18", "7", "19", "11"]
OTHER_LOCS = ["27", "28", "35", "1", "8", "9", "10", "20"]
SALES = (
    [["153"]] * 7
    + [["153", "145", "61", "210", "26", "217"][:n] for n in (5, 6)]
    + [["153", "61"], ["153", "210"], ["153", "145"], ["153", "26"], ["145", "153"], ["153", "217"]]
)
STOCK_CODES = (
    "145 145 145 17 17 198 21 83 73 48 46 124 61 156 157 158 146 97 98 197 192 193 194 195 200 205 33 12 113 131 144 "
    "152 243 32E 26 210 217"
).split()
ITEM_TYPES = ["EN", "EN", "EN", "SRV", "SRV", "UP", "EAN", "EU", "IN", "SA", "BP", "MF", "UK", "ZZ"]
OTHER_TYPES = ["SA", "IN", "BP", "VN", "MF", "SK", "VP", "PV", "ZZ", "EN", "SRV", "UP", "CG", "BN"]
NOISE_DATES = ["171", "179", "2", "3", "4", "50", "263", "324", "357", "36", "361", "358", "64", "63", "69"]
WHERE = (
    ["loc-group"] * 5 + ["nad-group"] * 3 + ["nad-header"] * 7 + ["loc-header"] * 2 + ["loc-line"] * 2 + ["nad-line"]
    + ["loc-after"] * 2 + ["nad-after"] * 2 + ["loc-before"] * 3 + ["nad-before"] + ["none"] * 3
)  # fmt: skip
WHEN = (
    ["header-pair"] * 4 + ["header-one"] * 3 + ["header-range"] * 2 + ["group-one"] * 3 + ["group-pair"]
    + ["line-one"] * 2 + ["line-pair", "quantity-one"] + ["none"] * 3
)  # fmt: skip


class EdifactPartner:
    """A dialect of SLSRPT or INVRPT. `draft(r)` gives another message of it."""

    def __init__(self, r: random.Random, message_type: str | None = None) -> None:
        self.message_type = message_type or r.choice(["SLSRPT", "INVRPT"])
        self.sales = self.message_type == "SLSRPT"
        self.where, self.when = r.choice(WHERE), r.choice(WHEN)
        if self.when.startswith("group") and not self.where.endswith("group"):
            self.when = "header" + self.when[5:]
        self.loc, self.place_role = r.choice(PLACE_LOCS), r.choice(PLACE_ROLES)
        self.agency = r.choice(["9", "9", "9", "92", "91", "90", "", "86"])
        self.item_type = r.choice(ITEM_TYPES) if r.random() < 0.97 else unknown_code(r)
        self.item_in_pia = r.random() < 0.14
        self.type_missing = r.random() < 0.06
        self.shifted_line = not self.type_missing and r.random() < 0.03
        self.split_quantity = r.random() < 0.02
        self.codes = r.choice(SALES) if self.sales else r.sample(STOCK_CODES, r.choice(
            [1] * 8 + [2] * 4 + [3, 3, 4, 4, 5, 6, 7, 9]
        ))  # fmt: skip
        self.codes = list(dict.fromkeys(c if r.random() < 0.95 else unknown_code(r) for c in self.codes))
        self.some_codes = r.random() < 0.3
        self.unit = r.choice(
            ["PCE", "PCE", "PCE", "", "", "EA", "KGM", "C62", "CT", "CS", "PK", "LTR", "MTR", "NAR", "PF"]
        )
        self.price = r.choice(["none", "none", "none", "before", "before", "after", "each"])
        self.price_type = r.choice(["AAA", "AAA", "AAB", "AAE", "AAF", "NTP", "INV", "CAL", "CAT", "SRP"])
        self.price_kind = r.choice(["", "", "", "RTP", "NTP", "GRP", "RES", "SRP", "DIS", "ABE"])
        self.two_prices = r.random() < 0.08
        self.second_type = r.choice([kind for kind in ("AAE", "AAB", "INV") if kind != self.price_type])
        self.amount = r.choice(["none", "none", "none", "before", "after", "each"])
        self.extras = r.sample(["PIA", "PIA", "RFF", "GIN", "STS", "LOC", "DTM", "DOC", "XYZ", "QVR"], r.randint(0, 3))
        self.texts = r.sample(["IMD", "FTX", "MEA", "ALI", "PAC", "TAX"], r.choice([0, 0, 1, 2]))
        self.quantity_extras = r.sample(["DTM", "GIN", "RFF", "STS", "CPS"], r.choice([0, 0, 0, 0, 1, 2]))
        self.action = r.choice(["", "", "", "1", "5", "114"])
        self.inv = (not self.sales) and r.random() < 0.25
        self.inv_shape = r.randint(0, 3)
        self.gis = self.sales and self.where in ("loc-before", "nad-before") and r.random() < 0.5
        self.parties, self.currency = r.choice([0, 1, 2, 2, 3, 3, 4, 4, 5, 6]), r.random() < 0.5
        self.line_currency = self.price == "each" and r.random() < 0.15
        self.own_currency = r.choice(["EUR", "USD", "CHF"])
        # parties that come with the place of each group, before it or behind it
        self.companions = r.sample(["BY", "SU", "SE", "MS", "FR"], r.choice([0, 0, 1, 2]))
        self.companions_first = r.random() < 0.3
        split = self.inv is False and not self.sales and r.random() < 0.2 and self.where[-5:] not in ("efore", "after")
        self.stock_mark = r.choice(EDIFACT_MARKS) if split else ""
        if self.stock_mark:
            self.quantity_extras = []
            self.when = "line-one" if self.when == "quantity-one" else self.when
        if self.stock_mark or not self.sales:
            self.companions += ["GY"] * (self.place_role != "GY" and r.random() < 0.2)
        self.pair = r.choice([("90", "91"), ("194", "206"), ("90", "91")])
        self.one = r.choice(["356", "356", "366"]) if self.sales else r.choice(["366", "366", "366", "356"])
        self.noise_dates = r.sample(NOISE_DATES, r.choice([0, 0, 0, 1, 2]))
        self.also_pair = self.when == "header-one" and self.one == "366" and r.random() < 0.25
        self.rff_before_nad = r.random() < 0.3
        self.document_date = r.random() < 0.93
        self.docs = r.choice(["73E", "73", "35", "73E", "78E", "563", "75E"])
        self.date_format = r.choice(["102"] * 8 + ["101", "203"])
        self.places = r.choice([1, 1, 2, 3, 4, 6])
        self.line_numbers = r.random() < 0.93
        self.section, self.controls = r.random() < 0.15, r.sample(["1", "2"], r.choice([0, 0, 0, 1, 2]))

    @property
    def layout(self) -> tuple[object, ...]:
        """Where this dialect keeps what: what tells known partners from held-out ones."""
        return (
            self.message_type, self.where, self.when, self.price, self.amount, self.item_in_pia, self.type_missing,
            self.inv, self.gis, len(self.codes), self.action, len(self.companions), self.companions_first,
            self.stock_mark, self.line_currency,
        )  # fmt: skip

    @property
    def habits(self) -> tuple[str, ...]:
        """What this dialect does beyond one item, one place, one quantity (`udf.train.corpus.census`)."""
        grouped = self.where.endswith("group")
        return tuple(name for name, is_so in {
            "several places in a line": self.places > 1 and self.where.endswith(("before", "after")),
            "parties with the place of a group": grouped and bool(self.companions),
            "the place among parties": self.where == "nad-header" and self.parties > 1,
            "stock in parts": bool(self.stock_mark),
            "five quantities and more": len(self.codes) > 4,
            "item in PIA": self.item_in_pia,
            "two prices": self.two_prices and self.price != "none",
            "currency of lines": self.line_currency,
        }.items() if is_so)  # fmt: skip

    def _date(self, r: random.Random, draft: Draft, qualifier: str, value: str = "", fmt: str = "") -> Reference:
        if not value:
            fmt = fmt or self.date_format
            value = {"101": day(r, six=True), "203": day(r) + "0830"}.get(fmt) or day(r)
        return draft.add("DTM", [qualifier, value, fmt]), 0, 1

    def _period(self, r: random.Random, draft: Draft, shape: str) -> tuple[Reference, Reference]:
        """A stated period: one date, a pair or a range in one component (2379 formats 718, 711, 610, 616, 716)."""
        if shape == "pair":
            first, last = sorted((day(r), day(r)))
            values = {"101": (first[2:], last[2:]), "203": (first + "0000", last + "2359")}
            first, last = values.get(self.date_format, (first, last))
            start = self._date(r, draft, self.pair[0], first, self.date_format)
            return start, self._date(r, draft, self.pair[1], last, self.date_format)
        if shape == "range":
            fmt = r.choice(["718", "711", "718", "717", "610", "616", "716"])
            join = r.choice(["-", ""])
            value = {
                "610": f"2026{r.randint(1, 12):02d}", "616": f"2026{r.randint(1, 52):02d}",
                "716": f"2026{r.randint(1, 26):02d}{join}2026{r.randint(26, 52):02d}",
                "717": join.join(sorted((day(r, six=True), day(r, six=True)))),
            }.get(fmt) or join.join(sorted((day(r), day(r))))  # fmt: skip
            only = self._date(r, draft, r.choice(["356", "356", self.one, "90"]), value, fmt)
        else:
            only = self._date(r, draft, self.one)
        return only, only

    def _place(
        self, r: random.Random, draft: Draft, by_loc: bool, taken: list[str] | None = None
    ) -> tuple[Reference, Reference]:
        """A place that is not among those `taken`, which it joins."""
        value: Element = [place(r), "", self.agency] if self.agency else [place(r)]
        if r.random() < 0.02:
            value = [place(r), r.choice(["", "ZZ"]), "", digits(r, 3)] if by_loc else value
        segment = draft.add("LOC", self.loc, value) if by_loc else draft.add("NAD", self.place_role, value)
        taken = [] if taken is None else taken
        while segment.elements[1][0] in taken:
            segment.elements[1][0] = place(r)
        taken.append(segment.elements[1][0])
        return (segment, 1, 0), (segment, 1, 2)

    def draft(self, r: random.Random) -> Draft:
        """Another message of this partner: one to three groups, one to three lines each."""
        draft = Draft(self.message_type)
        self._header(r, draft)
        draft.close_header()
        groups = r.randint(1, 3) if self.where.endswith("group") else 1
        counter = 0
        for g in range(groups):
            if self.where.endswith("group"):
                self._group(r, draft)
                if groups == 1 and not (self.sales and self.where == "loc-group"):
                    draft.close_header()  # a place that stands once is the header's, with the dates behind it
            lines = r.randint(2 if groups > 1 and g == groups - 1 else 1, 3)
            for n in range(lines):
                counter += 1
                # Before a place, a line without a quantity does not show where it ends; nor as the last one of lines
                # that end with their places, nor where a stray UNS may end them all.
                last = n == lines - 1 and (g < groups - 1 or self.where.endswith("after"))
                self._line(r, draft, counter, may_lack=not last and "XYZ" not in self.extras)
        if self.section:
            draft.add("UNS", "S")
        for control in self.controls:
            draft.add("CNT", [control, total(draft.records) if control == "1" else str(counter)])
        draft.add("UNT", str(len(draft.segments) + 2), "1")
        return draft

    def _group(self, r: random.Random, draft: Draft) -> None:
        """A place for the lines below, with the parties and dates that come with it."""
        if self.companions_first:
            self._add_parties(r, draft, self.companions)
        location, location_type = self._place(r, draft, self.where == "loc-group")
        draft.state(location=location, location_type=location_type)
        if not self.companions_first and r.random() < 0.5:
            self._add_parties(r, draft, self.companions)
        elif not self.companions_first:
            self._group_dates(r, draft)
            self._add_parties(r, draft, self.companions)
            return
        self._group_dates(r, draft)

    def _group_dates(self, r: random.Random, draft: Draft) -> None:
        if self.when.startswith("group"):
            start, end = self._period(r, draft, self.when[6:])
            draft.state(start=start, end=end)
        if r.random() < 0.1:
            draft.add("RFF", ["AAK", code(r, 3, 8)])

    def _header(self, r: random.Random, draft: Draft) -> None:
        form: Element = self.docs if r.random() < 0.85 else [self.docs, "", "9"]
        elements: list[Element] = [form]
        if r.random() < 0.95:
            elements.append(r.choice([digits(r, 1, 12), code(r, 3, 12), f"{code(r, 3, 6)}-{digits(r, 2)}"]))
            if r.random() < 0.9:
                elements.append(r.choice(["9", "9", "9", "5", "4", "1", "7", "31", "46", "43", "18"]))
        bgm = draft.add("BGM", *elements)
        draft.state(document_number=(bgm, 1, 0), function=(bgm, 2, 0))
        blocks = ["dates", "parties"]
        if self.rff_before_nad:
            blocks.insert(1, "rff")
        elif r.random() < 0.2:
            blocks.append("rff")
        # in a SLSRPT LOC opens a group, in which no header field stands
        if r.random() < 0.15 and not (self.sales and self.where == "loc-header"):
            r.shuffle(blocks)
        for block in blocks:
            if block == "dates":
                self._header_dates(r, draft)
            elif block == "rff":
                draft.add("RFF", [r.choice(["ON", "AAK", "CR", "DQ", "PL"]), code(r, 3, 9)])
                if r.random() < 0.3:
                    self._date(r, draft, "171")
            else:
                self._parties(r, draft)
        if self.currency:
            cux = draft.add(
                "CUX", ["2", r.choice(["EUR", "SEK", "PLN", "USD", "GBP", "CHF"]), r.choice(["10", "4", "9"])]
            )
            draft.state(currency=(cux, 0, 1))

    def _header_dates(self, r: random.Random, draft: Draft) -> None:
        moves = ["document"] * self.document_date + ["noise"] * bool(self.noise_dates)
        moves += ["period"] * self.when.startswith("header")
        if r.random() < 0.15:
            r.shuffle(moves)
        for move in moves:
            if move == "document":
                draft.state(document_date=self._date(r, draft, "137"))
            elif move == "noise":
                for qualifier in self.noise_dates:
                    self._date(r, draft, qualifier)
            else:
                shape = self.when[7:]
                if self.also_pair and r.random() < 0.5:  # the report date 366 is nearer to the stock than a period
                    draft.sale_period = self._period(r, draft, "pair")
                    start, end = self._period(r, draft, shape)
                else:
                    start, end = self._period(r, draft, shape)
                    if self.also_pair:
                        draft.sale_period = self._period(r, draft, "pair")
                draft.state(start=start, end=end)

    def _parties(self, r: random.Random, draft: Draft) -> None:
        parties: list[str] = r.sample(PARTY_ROLES, self.parties)
        if self.where == "nad-header":
            parties.insert(r.randint(0, len(parties)), "")
            if self.place_role != "GY" and r.random() < 0.25:
                parties.insert(r.randint(0, len(parties)), "GY")  # who reports; the store is named beside it
        elif self.where == "loc-header":  # in a SLSRPT it opens a group, behind the header
            parties.insert(len(parties) if self.sales else r.randint(0, len(parties)), "")
        for role in parties:
            if role:
                self._add_parties(r, draft, [role])
            else:
                location, location_type = self._place(r, draft, self.where == "loc-header")
                draft.state(location=location, location_type=location_type)
            if r.random() < 0.08 and (role or self.where != "loc-header"):
                draft.add("RFF", ["VA", digits(r, 9)])

    def _add_parties(self, r: random.Random, draft: Draft, roles: list[str]) -> None:
        """Parties with a number, a number and a name, or a name alone; GY has a number, since it may be a place."""
        for role in roles:
            party: Element = [digits(r, 13) if r.random() < 0.8 else code(r, 4, 10)]
            if r.random() < 0.9:
                party = [*party, "", r.choice(["9", "92", "91", "9"])]
            name = r.choice(["ACME GMBH", "TOOLS AND MORE", "X"])
            kind = r.random()
            if kind < 0.06 and role != "GY":
                draft.add("NAD", role, "", "", name)
            elif kind < 0.16:
                draft.add("NAD", role, party, "", name)
            else:
                draft.add("NAD", role, party)

    def _identifiers(self, r: random.Random, draft: Draft, counter: int) -> dict[str, Reference]:
        """LIN and the PIA that matter: the item is the GTIN if there is one, else the vendor's, else the buyer's."""

        def value(kind: str) -> str:
            text = gtin(r) if item_class(kind) == 0 and r.random() < 0.9 else item_number(r)
            # three characters without a type could be an action code as well
            return text + digits(r, 1) if self.type_missing and len(text) < 4 else text

        found: list[tuple[int, int, Reference, Reference | None]] = []
        line_number = str(counter) if self.line_numbers else ""
        identity = [value(self.item_type)] if self.type_missing else [value(self.item_type), self.item_type]
        if self.item_in_pia:
            draft.add(
                "LIN",
                *([line_number] if line_number or not self.action else [""]),
                *([self.action] if self.action else []),
            )
        elif self.shifted_line:
            lin = draft.add("LIN", line_number, identity)
            found.append((item_class(self.item_type), 0, (lin, 1, 0), (lin, 1, 1)))
        else:
            lin = draft.add("LIN", line_number, self.action, identity)
            rank = 0 if self.type_missing else item_class(self.item_type)
            found.append((rank, 0, (lin, 2, 0), None if self.type_missing else (lin, 2, 1)))
        count = max(self.item_in_pia, sum(e == "PIA" for e in self.extras) if r.random() < 0.85 else 0)
        for order in range(count):
            kinds = [self.item_type] if self.item_in_pia and not order else [r.choice(OTHER_TYPES)]
            if r.random() < 0.25:
                kinds.append(r.choice([k for k in OTHER_TYPES if k not in kinds]))
            if self.item_in_pia:
                r.shuffle(kinds)
            pia = draft.add("PIA", r.choice(["1", "5", "5"]), *([value(k), k] for k in kinds))
            for n, kind in enumerate(kinds):
                found.append((item_class(kind), 1 + order, (pia, 1 + n, 0), (pia, 1 + n, 1)))
        if not found:
            return {}
        best = min(enumerate(found), key=lambda entry: (entry[1][0], entry[0]))[1]
        return {"item": best[2]} | ({"item_type": best[3]} if best[3] else {})

    def _line(self, r: random.Random, draft: Draft, counter: int, may_lack: bool) -> None:
        if self.gis:
            draft.add(r.choice(["GIS", "GEI"]), r.choice(["1", "37", "6"]))
        base = self._identifiers(r, draft, counter)
        self._extras(r, draft)
        if self.when.startswith("line"):
            base["start"], base["end"] = self._period(r, draft, self.when[5:])
        if self.where in ("loc-line", "nad-line"):
            base["location"], base["location_type"] = self._place(r, draft, self.where == "loc-line")
        if self.amount == "before":
            draft.add("MOA", ["203", money(r)])
        if self.price == "before":
            base |= self._price(r, draft)
        if may_lack and r.random() < 0.02:
            draft.hold([])
            return
        records = self._quantities(r, draft, base)
        if self.price == "after":
            price = self._price(r, draft)
            records = [record | price for record in records]
        if self.amount == "after":
            draft.add("MOA", [r.choice(["203", "66", "146"]), money(r)])
        draft.hold(records)

    def _extras(self, r: random.Random, draft: Draft) -> None:
        for tag in self.texts:
            if tag == "IMD":
                draft.add("IMD", "F", "", ["", "", "", phrase(r)])
            elif tag == "FTX":
                draft.add("FTX", "ACB", "", "", phrase(r))
            elif tag == "MEA":
                draft.add("MEA", "PD", "AAA", ["KGM", money(r)])
            else:
                draft.add(tag, r.choice(["", "5"]), "", r.choice(["1", "82", "130"]))
        for extra in self.extras:
            if r.random() < 0.2:
                continue
            if extra == "RFF":
                draft.add("RFF", [r.choice(["PD", "AEN", "SA", "ON", "AAK", "LI"]), code(r, 2, 9)])
            elif extra == "GIN":
                draft.add("GIN", r.choice(["BN", "BJ", "SER"]), code(r, 4, 9))
            elif extra == "STS":
                draft.add("STS", r.choice(["1", "2"]), code(r, 1, 3))
            elif extra == "LOC":
                draft.add("LOC", r.choice(OTHER_LOCS), r.choice(["DE", "FR", code(r, 2, 5)]))
            elif extra == "DTM":
                self._date(r, draft, r.choice(NOISE_DATES))
            elif extra == "DOC":
                draft.add("DOC", digits(r, 3), code(r, 3, 8))
            elif extra == "QVR":
                draft.add("QVR", [digits(r, 1, 2), "21"])
            elif extra == "XYZ":
                draft.add(
                    r.choice(["ZZZ", "X01", "AJT", "PYT", "RNG", "DTP", "UNS"]),
                    code(r, 1, 6),
                    r.choice(["", code(r, 2, 4)]),
                )

    def _price(self, r: random.Random, draft: Draft) -> dict[str, Reference]:
        value = [self.price_type, money(r)] + (["", self.price_kind] if self.price_kind else [])
        pri = draft.add("PRI", value)
        if self.two_prices:
            draft.add("PRI", [self.second_type, money(r)])
        return {"price": (pri, 0, 1), "price_type": (pri, 0, 0)}

    def _quantities(self, r: random.Random, draft: Draft, base: dict[str, Reference]) -> list[dict[str, Reference]]:
        codes = self.codes
        if self.some_codes:
            codes = codes[: r.randint(1, len(codes))]
        before, after = self.where.endswith("before"), self.where.endswith("after")
        places = r.randint(1, self.places) if before or after else 1
        records = []
        taken: list[str] = []
        for _ in range(places):
            here: dict[str, Reference] = {}
            if before:
                here["location"], here["location_type"] = self._place(r, draft, self.where == "loc-before", taken)
                if r.random() < 0.05:
                    draft.add("RFF", ["AAK", code(r, 3, 6)])
            for qualifier, mark in draw_parts(r, codes, self.stock_mark):
                if self.stock_mark == "INV":
                    write_mark(draft, self.stock_mark, mark)
                record = base | here | self._quantity(r, draft, qualifier)
                if self.stock_mark != "INV":
                    write_mark(draft, self.stock_mark, mark)
                if after:
                    record["location"], record["location_type"] = self._place(
                        r, draft, self.where == "loc-after", taken
                    )
                if self.when == "quantity-one":
                    record["start"], record["end"] = self._period(r, draft, "one")
                for extra in self.quantity_extras:
                    self._quantity_extra(r, draft, extra)
                if self.price == "each":
                    record |= self._price(r, draft)
                if self.line_currency:
                    record["line_currency"] = (draft.add("CUX", ["2", self.own_currency, "10"]), 0, 1)
                if self.amount == "each":
                    draft.add("MOA", ["203", money(r)])
                records.append(record)
        break_sums(r, records)
        return records

    def _quantity_extra(self, r: random.Random, draft: Draft, extra: str) -> None:
        if extra == "DTM":
            self._date(r, draft, r.choice(["361", "36", "171", "179", "2", "361"]))
        elif extra == "GIN":
            draft.add("GIN", "BN", code(r, 4, 9))
        elif extra == "RFF":
            draft.add("RFF", [r.choice(["AAK", "ALO", "ON"]), code(r, 2, 9)])
        else:
            draft.add(extra, r.choice(["1", "2", "3"]), code(r, 1, 2))

    def _quantity(self, r: random.Random, draft: Draft, qualifier: str) -> dict[str, Reference]:
        if self.inv:
            shapes: list[list[Element]] = [["1", "", "1"], ["2", "", "11"], ["", "", "", "", "1"], ["2", "4"]]
            draft.add("INV", *shapes[self.inv_shape])
        values = [qualifier, number(r)] + ([self.unit] if self.unit else [])
        reference: DraftSegment
        if self.split_quantity:  # element separators where components are expected
            reference = draft.add("QTY", *values)
            return {"qualifier": (reference, 0, 0), "quantity": (reference, 1, 0), "unit": (reference, 2, 0)}
        reference = draft.add("QTY", values)
        return {"qualifier": (reference, 0, 0), "quantity": (reference, 0, 1), "unit": (reference, 0, 2)}
