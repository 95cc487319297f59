"""Item and party identifiers: which one names the item, and their check digits."""

# GTIN types first, then the vendor's number, then the buyer's (EDIFACT 7143, X12 235).
GTIN_TYPES = ("SRV", "EN", "UP", "UK", "UI", "EAN", "EU", "UA", "UD", "UX")
VENDOR_TYPES = ("SA", "VN", "VP", "VC", "MG", "MF", "MN")
BUYER_TYPES = ("IN", "BP", "SK", "CB", "IZ", "PN")
_RANK = {code: rank for rank, code in enumerate(GTIN_TYPES + VENDOR_TYPES + BUYER_TYPES)}
_WEIGHTS = {length: (length + 1) // 2 + 3 * (length // 2) for length in (8, 12, 13, 14)}
_CLASS = dict.fromkeys(GTIN_TYPES, 0) | dict.fromkeys(VENDOR_TYPES, 1) | dict.fromkeys(BUYER_TYPES, 2)


def item_class(item_id_type: str | None) -> int:
    """0 for a GTIN type, 1 for a vendor's number, 2 for a buyer's, 3 for anything else."""
    return _CLASS.get(item_id_type or "", 3)


def has_check_digit(item_id_type: str | None) -> bool:
    """True where the type promises a GS1 check digit; UI and UA (11 digits) never carry one."""
    return item_id_type in ("SRV", "EN", "UP", "UK", "EAN", "EU")


def is_gs1_key(identifier: str) -> bool:
    """True for 8, 12, 13 or 14 digits whose last is the check digit (GS1 General Specifications, 7.9)."""
    if len(identifier) not in _WEIGHTS or not (identifier.isascii() and identifier.isdecimal()):
        return False
    codes = identifier.encode()
    # Weights 1 and 3 in turn from the last digit; the digit 0 has the code 48.
    return (sum(codes[::-2]) + 3 * sum(codes[-2::-2]) - 48 * _WEIGHTS[len(codes)]) % 10 == 0
