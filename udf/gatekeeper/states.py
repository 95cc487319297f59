"""What is said of a stock beside its quantity and no table understands: its state."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.message import LineRecords
from udf.standards.chunks import Chunks, each_line
from udf.standards.meanings import STOCK
from udf.standards.owners import has_below
from udf.standards.quantities import inventory_segments
from udf.standards.setting import Setting


def find_states(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """STS behind the quantity of a stock (D.96A INVRPT, group 11): its status events are of a list that is agreed on.

    Damaged or held, it would count as goods that may be sold.
    """
    if setting.standard.splits:
        return []
    found = _find_shared(segments, line, setting)
    if not any(segments[i].tag == "STS" for i in range(line.first, line.last)):
        return found
    starts = sorted({record["quantity"][0] for record in line.records if "quantity" in record})
    for at, stop in pairwise([*starts, line.last]):
        status = next((i for i in range(at + 1, stop) if segments[i].tag == "STS"), None)
        if status is not None and setting.measure("QTY", segments[at].value(0)) in STOCK:
            detail = f"{segments[status].raw[:60]} says in what state a stock is: what that means is not known."
            return [*found, Finding("stock-state-unknown", detail, status)]
    return found


def find_lost_states(segments: Sequence[Segment], chunks: Chunks, setting: Setting) -> list[Finding]:
    """An INV of a stock without a status (7491) where those of other stocks of its code have one: it may be damaged."""
    if not any(segment.tag == "INV" for segment in segments):
        return []
    bare: dict[str, list[int]] = {}
    stated: set[str] = set()
    for line in each_line(chunks):
        for quantity, inventory in inventory_segments(segments, line.first, line.last).items():
            code = segments[quantity].value(0)
            if segments[inventory].value(_STATUS):
                stated.add(code)
            elif setting.measure("QTY", code) in STOCK:
                bare.setdefault(code, []).append(inventory)
    detail = "INV states no status of its stock, where others of the code do: elements may be lost or have moved."
    return [Finding("state-misplaced", detail, i) for code in sorted(stated & bare.keys()) for i in bare[code]]


_STATUS = 1
"""INV 7491."""


def _find_shared(segments: Sequence[Segment], line: LineRecords, setting: Setting) -> list[Finding]:
    """INV that may be of another quantity than it is read with: of two of one code, or of the one before it.

    D.97A INVRPT: INV opens a group with one QTY in it; D.94A to D.96B: it stands in the group of its QTY, behind it.
    """
    inventories = inventory_segments(segments, line.first, line.last)
    if not any(inventory < quantity for quantity, inventory in inventories.items()):
        return []
    stated = Counter((inventory, segments[quantity].value(0)) for quantity, inventory in inventories.items())
    twice = next((inventory for (inventory, _), count in stated.items() if count > 1), None)
    if twice is not None:
        detail = f"{segments[twice].raw[:60]} opens the group of one quantity, and two of one code stand below it."
        return [Finding("repeated-quantity", detail, twice)]
    said = {(segments[i].value(0), segments[i].value(1)) for i in inventories.values()}
    if len(said) > 1 and has_below(setting.message_type, setting.version, ("QTY",), "INV"):
        detail = "INV stands before its quantity, where the directory has it behind: which of two it is of is not said."
        return [Finding("state-misplaced", detail, min(inventories.values()))]
    return []
