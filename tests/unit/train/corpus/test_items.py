"""The corpus and the compiler state the order of identifiers each by itself, and alike."""

import random

from udf.standards.items import BUYER_TYPES, GTIN_TYPES, VENDOR_TYPES, item_class
from udf.train.corpus.items import item_rank, names_no_item
from udf.train.corpus.x12 import X12Partner
from udf.train.corpus.x12.dialect import EXTRA_TYPES, ID_TYPES


def test_the_order_of_identifiers_is_that_of_the_contract() -> None:
    for code in (*GTIN_TYPES, *VENDOR_TYPES, *BUYER_TYPES, *ID_TYPES, *EXTRA_TYPES, "", "ZZ", "9"):
        assert item_rank(code) == item_class(code), code


def test_a_line_has_an_identifier_that_names_its_item() -> None:
    assert (names_no_item("LT"), names_no_item("ND")) == (True, False)  # X12 235: a lot, a drug's code
    r = random.Random(6)
    partner = X12Partner(r, "852")
    partner.ids = ["ND", "LT"]
    for record in (record for _ in range(100) for record in partner.draft(r).whole):
        segment, e, c = record["item_type"]
        assert not names_no_item(segment.elements[e][c])
