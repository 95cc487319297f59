"""What the segments of an envelope say: sender and recipient, test or not, when it was prepared."""

import datetime

from udf.edi.delimiters import Delimiters
from udf.edi.segments import Segment
from udf.outcome import Envelope


def read_envelope(delimiters: Delimiters, una: str | None, header: Segment | None) -> Envelope:
    """What UNB or ISA says, and UNA where there was one; `header` is None for messages without an envelope."""
    standard = delimiters.standard
    decimal = una[5:6] if una else ""
    said = Envelope(standard=standard, una=una, decimal_mark=decimal if decimal in (".", ",") else None)
    if header is None:
        return said
    if standard == "EDIFACT":
        return said._replace(
            is_test=header.value(10) == "1",
            sender=header.value(1, 0) or None,
            sender_qualifier=header.value(1, 1) or None,
            recipient=header.value(2, 0) or None,
            recipient_qualifier=header.value(2, 1) or None,
            control_reference=header.value(4) or None,
            prepared_at=iso_datetime(header.value(3, 0), header.value(3, 1)),
        )
    usage = header.value(14).upper()
    return said._replace(
        is_test=usage == "T" if usage in ("T", "P", "I") else None,
        sender=header.value(5) or None,
        sender_qualifier=header.value(4) or None,
        recipient=header.value(7) or None,
        recipient_qualifier=header.value(6) or None,
        control_reference=header.value(12) or None,
        prepared_at=iso_datetime(header.value(8), header.value(9)),
    )


def add_group(envelope: Envelope, header: Segment) -> Envelope:
    """The envelope with what UNG or GS says of the messages in its group."""
    sender = header.value(1, 0).strip() or None
    if header.tag != "GS":
        return envelope._replace(group_sender=sender)
    return envelope._replace(group_type=header.value(0) or None, group_sender=sender, version=header.value(7) or None)


def iso_datetime(date: str, time: str) -> str | None:
    """ISO text of `yymmdd` or `ccyymmdd` with `hhmm` or `hhmmss`; None where that is no date. 70…99 are 19xx."""
    if not date.isascii() or not date.isdigit() or len(date) not in (6, 8):
        return None
    century = "" if len(date) == 8 else "19" if date >= "70" else "20"
    clock = time if time.isascii() and time.isdigit() and len(time) >= 4 else "0000"
    seconds = clock[4:6] if len(clock) >= 6 else "00"
    try:
        return datetime.datetime.fromisoformat(f"{century}{date}T{clock[:4]}{seconds}").isoformat()
    except ValueError:
        return None


def message_type(header: Segment) -> str | None:
    """UNH S009 0065 or ST01, in upper case; None when not stated."""
    return (header.value(1) if header.tag == "UNH" else header.value(0)).upper() or None


def message_reference(header: Segment) -> str | None:
    """UNH 0062 or ST02; None when not stated."""
    return header.value(0 if header.tag == "UNH" else 1) or None


def control_reference(header: Segment) -> str:
    """UNB 0020, UNG 0048, ISA13 or GS06."""
    return header.value({"UNB": 4, "UNG": 4, "ISA": 12, "GS": 5}.get(header.tag, 0))
