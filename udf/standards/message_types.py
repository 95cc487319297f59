"""The message types that are read, and of which standard each is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from udf.reading import SegmentLike
from udf.standards.edifact import EDIFACT
from udf.standards.standard import Standard
from udf.standards.x12 import X12

STANDARDS: Mapping[str, Standard] = MappingProxyType({standard.name: standard for standard in (EDIFACT, X12)})
OPENERS: Mapping[str, Standard] = MappingProxyType({standard.opener: standard for standard in (EDIFACT, X12)})
"""The standard that a message is of, by the tag that opens it."""


class MessageType(NamedTuple):
    """What is known of a type of message."""

    standard: Standard
    beginning: str
    """The segment with which its header begins, once a message."""
    principal: tuple[str, ...]
    """Qualifiers of the quantities that it is sent for: sold, on hand, available."""
    is_stock: bool
    """Whether it says what there is and not what went."""
    group: str = ""
    """GS01 of the group that it is sent in (X12 479)."""


MESSAGE_TYPES: Mapping[str, MessageType] = MappingProxyType({
    "SLSRPT": MessageType(EDIFACT, "BGM", ("153",), False),  # D.96A: sales data report
    "INVRPT": MessageType(EDIFACT, "BGM", ("145", "17"), True),  # D.96A: inventory report
    "852": MessageType(X12, "XQ", (), False, "PD"),  # product activity data
    "846": MessageType(X12, "BIA", ("33", "17"), True, "IB"),  # inventory inquiry/advice
    "867": MessageType(X12, "BPT", ("32",), False, "PT"),  # product transfer and resale report
})  # fmt: skip


def principal_of(message_type: str) -> tuple[str, ...]:
    """The qualifiers that a message of a type is sent for, none for a type that is not read."""
    known = MESSAGE_TYPES.get(message_type)
    return known.principal if known else ()


def standard_of(message_type: str) -> Standard:
    """The standard of a message type: transaction sets of X12 have numbers for names."""
    return X12 if message_type.isdigit() else EDIFACT


def read_type(opener: SegmentLike) -> str:
    """The message type that UNH (S009, 0065) or ST (ST01) states, '' where it states none."""
    element, component = OPENERS.get(opener.tag, X12).type_at
    elements = opener.elements
    return elements[element][component].upper() if len(elements) > element else ""
