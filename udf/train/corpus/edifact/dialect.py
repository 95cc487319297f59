"""The dialect of a partner that sends SLSRPT or INVRPT (UN/EDIFACT D.93A to D.01B): what it does in every message."""

import random

from udf.train.corpus.parts import EDIFACT_MARKS
from udf.train.corpus.values import unknown_code

PLACE_ROLES = ["ST", "SN", "WH", "SN", "ST", "GY", "SF"]
PARTY_ROLES = ["SU", "SE", "BY", "MS", "MR", "PR", "IV", "FR", "CN", "II", "OB", "BY", "SU", "CA"]
BYSTANDERS = ["SU", "BY", "IV", "SE", "PR", "GO", "UD"]
"""3035: who may stand below a quantity and is no place: supplier, buyer, owner of the goods, who bought, who pays."""
AGENTS = ["GO", "SR", "AG", "DS", "VN", "IM", "EX", "RE", "BK", "OF", "PK", "UD"]
"""3035: who else may stand in a header and is no place: agents, owners, traders, banks."""
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
UNMAPPED = ["11", "36", "47", "52", "59", "84", "109", "130", "222"]
"""Codes that are listed in 6063 and that no table of ours gives a meaning."""
ITEM_TYPES = ["EN", "EN", "EN", "SRV", "SRV", "UP", "EAN", "IN", "SA", "BP", "MF", "UK", "ZZ"]
OTHER_TYPES = ["SA", "IN", "BP", "VN", "MF", "SK", "VP", "PV", "ZZ", "EN", "SRV", "UP", "CG", "BN"]
NOISE_DATES = ["171", "179", "2", "3", "4", "50", "263", "324", "357", "36", "361", "358", "64", "63", "69"]
ODD_DATES = ["184", "735", "44", "11", "94", "131"]
"""2005: of a notification, offset from UTC, availability, despatch, production, tax: of no period."""
ODD_DOCUMENTS = ["190", "74", "77", "78", "79", "79E", "35"]
"""1001: further statistics, statuses and reports of stock."""
_STOCK = ("145", "17", "198", "21", "83", "73", "124", "158", "146", "97", "98", "197", "152", "243")
"""Codes of what there is, which needs no beginning of a period."""
WHERE = (
    ["loc-group"] * 5 + ["nad-group"] * 3 + ["nad-header"] * 7 + ["loc-header"] * 2 + ["loc-line"] * 2 + ["nad-line"]
    + ["loc-after"] * 2 + ["nad-after"] * 2 + ["loc-before"] * 3 + ["nad-before"] + ["none"] * 3
)  # fmt: skip
WHEN = (
    ["header-pair"] * 4 + ["header-one"] * 3 + ["header-range"] * 2 + ["group-one"] * 3 + ["group-pair"]
    + ["line-one"] * 2 + ["line-pair", "quantity-one"] + ["none"] * 3
)  # fmt: skip

_RARITIES = ("sparse_prices", "sublines", "bystanders", "line_total", "price_basis", "contacts", "addresses")


class EdifactDialect:
    """What one partner does in all of its SLSRPT or INVRPT: drawn once."""

    def __init__(self, r: random.Random, message_type: str | None = None) -> None:
        self.message_type = message_type or r.choice(["SLSRPT", "INVRPT"])
        self.sales = self.message_type == "SLSRPT"
        self.where, self.when = r.choice(WHERE), r.choice(WHEN)
        if not self.sales:  # INVRPT has no place above LIN but the message's, and those of quantities stand behind them
            self.where = self.where.replace("-group", "-header").replace("-before", "-after")
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
        self.codes = list(dict.fromkeys(c if r.random() < 0.95 else r.choice(UNMAPPED) for c in self.codes))
        self.some_codes = r.random() < 0.3
        self.unit = r.choice(
            ["PCE", "PCE", "PCE", "", "", "EA", "KGM", "C62", "CT", "CS", "PK", "LTR", "MTR", "NAR", "PF"]
        )
        self.price = r.choice(["none", "none", "none", "before", "before", "after", "each"])
        if not self.sales and self.price == "after":  # INVRPT has a price below each quantity, and for itself alone
            self.price = "each"
        self.price_type = r.choice(["AAA", "AAA", "AAB", "AAE", "AAF", "NTP", "INV", "CAL", "CAT", "SRP"])
        self.price_kind = r.choice(["", "", "", "RTP", "NTP", "GRP", "RES", "SRP", "DIS", "ABE"])
        self.two_prices = r.random() < 0.08
        self.second_type = r.choice([kind for kind in ("AAE", "AAB", "INV") if kind != self.price_type])
        self.amount = r.choice(["none", "none", "none", "before", "after", "each"])
        self.extras = r.sample(["PIA", "PIA", "RFF", "GIN", "STS", "LOC", "DTM", "DOC", "XYZ", "QVR"], r.randint(0, 3))
        self.texts = r.sample(["IMD", "FTX", "MEA", "ALI", "PAC", "TAX"], r.choice([0, 0, 1, 2]))
        self.quantity_extras = r.sample(["DTM", "GIN", "RFF", "CPS"], r.choice([0, 0, 0, 0, 1, 2]))
        self.action = r.choice(["", "", "", "1", "5", "114"])
        self.inv = (not self.sales) and r.random() < 0.25
        self.inv_shape = r.randint(0, 3)
        self.gis = self.sales and self.where in ("loc-before", "nad-before") and r.random() < 0.5
        self.parties, self.currency = r.choice([0, 1, 2, 2, 3, 3, 4, 4, 5, 6]), r.random() < 0.5
        # CUX belongs to the PRI above it alone: beside a second price it leaves open what the first one is in
        self.line_currency = self.price == "each" and not self.two_prices and r.random() < 0.15
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
        self.sparse_prices = self.price == "each" and len(self.codes) > 1 and r.random() < 0.4
        typed = not (self.item_in_pia or self.shifted_line or self.type_missing)
        self.sublines = typed and self.line_numbers and r.random() < 0.04
        self._draw_rarities(r)

    def _draw_rarities(self, r: random.Random) -> None:
        """What few partners do."""
        # SLSRPT has one NAD below a quantity, INVRPT five; where one begins what follows, that of a quantity may be its
        leads = self.where in ("nad-group", "nad-before") or (self.where == "loc-group" and self.companions_first)
        shown = r.random() < 0.06 and not (self.sales and (leads or self.where == "nad-after"))
        self.bystanders = r.sample(BYSTANDERS, 1 if self.sales else r.choice([1, 1, 2])) if shown else []
        total = self.where.endswith("after") and self.places > 1 and self.price in ("none", "before")
        self.line_total = total and r.random() < 0.3
        if self.line_total:  # CNT 1 adds up QTY, and it is left open whether a total is one of them
            self.controls = [control for control in self.controls if control != "1"]
        self.agents = r.sample(AGENTS, r.choice([1, 1, 2])) if r.random() < 0.08 else []
        self.docs = r.choice(ODD_DOCUMENTS) if r.random() < 0.06 else self.docs
        self.numberless = r.random() < 0.03
        self.noise_dates = self.noise_dates + r.sample(ODD_DATES, 1 if r.random() < 0.06 else 0)
        self.target_currency = r.choice(["before", "behind"]) if r.random() < 0.1 else ""
        self.contacts, self.addresses = r.random() < 0.06, r.random() < 0.06
        self.price_basis = r.choice(["1", "1", "100", "10"]) if self.price != "none" and r.random() < 0.1 else ""
        self.price_unit = r.choice([self.unit or "PCE", self.unit or "PCE", "CT"])
        # who reports its stock may state the end of the report alone; what was moved would then lack a beginning
        of_stock = self.when.startswith("header") and all(code in _STOCK for code in self.codes)
        if not self.sales and of_stock and r.random() < 0.4:
            self.when, self.also_pair = "header-end", False

    @property
    def layout(self) -> tuple[object, ...]:
        """Where this dialect keeps what: what tells known partners from held-out ones."""
        return (
            self.message_type, self.where, self.when, self.price, self.amount, self.item_in_pia, self.type_missing,
            self.inv, self.gis, len(self.codes), self.action, len(self.companions), self.companions_first,
            self.stock_mark, self.line_currency, *(name for name in _RARITIES if getattr(self, name)),
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
            "a party below a quantity": bool(self.bystanders),
            "a total before its places": self.line_total,
            "the end of a report alone": self.when == "header-end",
            "a target currency": self.currency and bool(self.target_currency),
            "prices for so many units": bool(self.price_basis),
        }.items() if is_so)  # fmt: skip
