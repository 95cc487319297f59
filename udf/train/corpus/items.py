"""Which of several identifiers names the item: the corpus's own statement of the contract's order."""

_GTIN = "SRV EN UP UK UI EAN EU UA UD UX".split()
_VENDOR = "SA VN VP VC MG MF MN".split()
_BUYER = "IN BP SK CB IZ PN".split()
_RANK = {code: rank for rank, codes in enumerate((_GTIN, _VENDOR, _BUYER)) for code in codes}


def item_rank(item_id_type: str) -> int:
    """0 for a GTIN, 1 for a vendor's number, 2 for a buyer's, 3 for anything else (EDIFACT 7143, X12 235)."""
    return _RANK.get(item_id_type, 3)
