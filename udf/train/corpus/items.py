"""Which of several identifiers names the item: the corpus's own statement of the contract's order."""

_GTIN = "SRV EN UP UK UI EAN UA UD UX".split()
_VENDOR = "SA VN VP VC MG MF MN".split()
_BUYER = "IN BP SK CB PN".split()
_RANK = {code: rank for rank, codes in enumerate((_GTIN, _VENDOR, _BUYER)) for code in codes}
_CASES = ("CA", "CS", "CT")
_NO_ITEMS = ("SZ", "LT", "CG")
"""Of the types that the corpus draws, those that name no item: a size, a lot (X12 235), a commodity group (7143)."""


def item_rank(item_id_type: str) -> int:
    """0 for a GTIN, 1 for a vendor's number, 2 for a buyer's, 3 for anything else (EDIFACT 7143, X12 235)."""
    return _RANK.get(item_id_type, 3)


def names_no_item(item_id_type: str) -> bool:
    """Whether a type says something of an item and does not name it."""
    return item_id_type in _NO_ITEMS


def choice_rank(item_id_type: str, unit: str = "") -> float:
    """The place of a type in the contract's order, for a quantity in a unit: the case's own number for cases."""
    if item_id_type in _NO_ITEMS:
        return 9.0
    if unit in _CASES and item_id_type in ("UK", "UA"):
        return -2.0 + (item_id_type == "UA")
    own = item_rank(item_id_type)
    return _GTIN.index(item_id_type) / 100 if own == 0 else float(own)
