"""What is said of a stock beside its quantity and no table understands: its state."""

from collections.abc import Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.message import LineRecords
from udf.standards.meanings import STOCK
from udf.standards.setting import Setting


def find_states(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """STS behind the quantity of a stock (D.96A INVRPT, group 11): its status events are of a list that is agreed on.

    Damaged or held, it would count as goods that may be sold.
    """
    if setting.standard.splits or not any(segments[i].tag == "STS" for i in range(line.first, line.last)):
        return []
    starts = sorted({record["quantity"][0] for record in line.records if "quantity" in record})
    for at, stop in pairwise([*starts, line.last]):
        status = next((i for i in range(at + 1, stop) if segments[i].tag == "STS"), None)
        if status is not None and setting.measure("QTY", segments[at].value(0)) in STOCK:
            detail = f"{segments[status].raw[:60]} says in what state a stock is: what that means is not known."
            return [Finding("stock-state-unknown", detail, status)]
    return []
