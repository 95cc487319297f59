"""Small messages, one segment a word, with right counts: what tests damage."""

EDIFACT_DATE = "DTM+137:20260108:102"
WEEK = "DTM+90:20260101:102 DTM+91:20260107:102"


def message(message_type: str, body: str) -> str:
    """UNH…UNT or ST…SE around a body, counts and references right; `_` stands for a blank."""
    x12 = message_type.isdigit()
    rows = [word.replace("_", " ") for word in body.split()]
    head, end = (f"ST*{message_type}*0001", "~") if x12 else (f"UNH+1+{message_type}:D:96A:UN:EAN004", "'")
    rows = [head, *rows]
    rows.append(f"SE*{len(rows) + 1}*0001" if x12 else f"UNT+{len(rows) + 1}+1")
    return "".join(row + end for row in rows)


def sales(lines: str) -> str:
    """A SLSRPT of one store and week."""
    return message("SLSRPT", f"BGM+73E+S1+9 {EDIFACT_DATE} {WEEK} LOC+162+4012345000016::9 {lines}")


def stock(lines: str) -> str:
    """An INVRPT of one store and day."""
    return message("INVRPT", f"BGM+35+I1+9 {EDIFACT_DATE} DTM+366:20260107:102 NAD+SN+4012345000016::9 {lines}")


def activity(lines: str) -> str:
    """An 852 of one week."""
    return message("852", f"XQ*H*20260101*20260107 {lines}")


def inventory(lines: str) -> str:
    """An 846 of one day."""
    return message("846", f"BIA*00*SI*I1*20260107 {lines}")


def resale(lines: str) -> str:
    """An 867 of one week."""
    return message("867", f"BPT*00*R1*20260108 DTM*090*20260101 DTM*091*20260107 {lines}")
