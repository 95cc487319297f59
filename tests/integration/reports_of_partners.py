"""Small reports as partners send them, each an interchange of one message: for tests of who speaks of what."""

from itertools import count

NUMBERS = count(1001)
FIRST, LAST = "20260302", "20260308"
GTIN = "9501101003019:EN"
VENDOR = "9501101990012"


def write_edifact(sender: str, kind: str, *body: str, parties: str = "", day: str = "260309") -> bytes:
    """A message of the week from 2 to 8 March; `parties`: NAD segments, `BY+9501101960015::9`, with blanks between."""
    number = next(NUMBERS)
    segments = [
        f"UNH+1+{kind}:D:96A:UN:EAN004",
        f"BGM+{'73E' if kind == 'SLSRPT' else '35'}+D{number}+9",
        f"DTM+137:{LAST}:102",
        *([f"DTM+90:{FIRST}:102", f"DTM+91:{LAST}:102"] if kind == "SLSRPT" else [f"DTM+366:{LAST}:102"]),
        *(f"NAD+{party}" for party in f"SU+{VENDOR}::9 {parties}".split()),
        *body,
    ]
    text = "'".join([*segments, f"UNT+{len(segments) + 1}+1"])
    return f"UNA:+.? 'UNB+UNOC:3+{sender}:ZZ+{VENDOR}:14+{day}:{number}+{number}'{text}'UNZ+1+{number}'".encode()


def write_sales(sender: str, place: str, units: int, parties: str = "", item: str = f"LIN+1++{GTIN}") -> bytes:
    """Units sold of one item at one place, `0001::92`."""
    return write_edifact(
        sender, "SLSRPT", "CUX+2:EUR:10", f"LOC+162+{place}", *item.split("'"), f"QTY+153:{units}:PCE", parties=parties
    )


def write_stock(sender: str, place: str, units: int, parties: str = "", item: str = f"LIN+1++{GTIN}") -> bytes:
    """Units on hand of one item at one place."""
    return write_edifact(sender, "INVRPT", *item.split("'"), f"QTY+145:{units}", parties=f"{parties} SN+{place}")


def write_activity(sender: str, group_sender: str, store: str, sold: int, party: str = "FR*HEAD OFFICE*92*HQ") -> bytes:
    """An 852 of the week from 2 to 8 March: units sold of one item in one store; `party` is an N1."""
    number = next(NUMBERS)
    names = f"ZZ*{sender:15}*ZZ*{'VENDOR':15}"
    segments = [
        "ST*852*0001",
        f"XQ*H*{FIRST}*{LAST}",
        f"N1*{party}",
        "LIN*1*UP*614141102013",
        "ZA*QS",
        f"SDQ*EA*92*{store}*{sold}",
        "CTT*1",
    ]
    return "~".join(
        [
            f"ISA*00*          *00*          *{names}*260309*{number}*U*00401*{number:09}*0*P*>",
            f"GS*PD*{group_sender}*VENDOR*20260309*{number}*{number}*X*004010",
            *segments,
            f"SE*{len(segments) + 1}*0001",
            f"GE*1*{number}",
            f"IEA*1*{number:09}",
            "",
        ]
    ).encode()
