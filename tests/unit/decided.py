"""What is decided for the partner of `tests.unit.plans.routes`, and messages that need it."""

from tests.unit.plans.routes import EDIFACT, write_report
from udf.standards.reference import Decision

PARTNER = EDIFACT.sender or ""
STORE = "4012345000030"


def decide(review_id: int, kind: str, message_type: str | None = None, **row: str) -> Decision:
    return Decision(review_id, kind, PARTNER, message_type, row)


SOLD = decide(1, "code", standard="EDIFACT", segment="QTY", code="Z9", version="", measure="sold")
STORES = decide(2, "role", standard="EDIFACT", segment="NAD", code="ZZZ", is_place="yes")
REFERENCED = decide(3, "role", standard="EDIFACT", segment="RFF", code="ZZZ", is_place="yes")
FIRST_DAY = decide(4, "period", standard="EDIFACT", segment="DTM", code="Z8", role="period_start")
LAST_DAY = decide(5, "period", standard="EDIFACT", segment="DTM", code="Z7", role="period_end")
COUNTED = decide(6, "severity", code="unt-count-mismatch", severity="warning")


NEEDS = {
    "code": (write_report().replace("QTY+153", "QTY+Z9"), [SOLD]),
    "role": (write_report().replace("LOC+162", "NAD+ZZZ"), [STORES]),
    "reference": (write_report().replace(f"LOC+162+{STORE}::9", f"RFF+ZZZ:{STORE}"), [REFERENCED]),
    "period": (write_report().replace("DTM+90", "DTM+Z8").replace("DTM+91", "DTM+Z7"), [FIRST_DAY, LAST_DAY]),
    "severity": (write_report().replace("UNT+14", "UNT+99"), [COUNTED]),
}
"""By what is not known of a message that says the same as `write_report()`: the message, and what settles it."""
