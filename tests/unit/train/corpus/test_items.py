"""The corpus and the compiler state the order of identifiers each by itself, and alike."""

from udf.standards.items import BUYER_TYPES, GTIN_TYPES, VENDOR_TYPES, item_class
from udf.train.corpus.items import item_rank
from udf.train.corpus.x12.dialect import EXTRA_TYPES, ID_TYPES


def test_the_order_of_identifiers_is_that_of_the_contract() -> None:
    for code in (*GTIN_TYPES, *VENDOR_TYPES, *BUYER_TYPES, *ID_TYPES, *EXTRA_TYPES, "", "ZZ", "9"):
        assert item_rank(code) == item_class(code), code
