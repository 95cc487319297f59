"""The judge of one unit: what must hold in any right reading of it, and whether both witnesses say the same."""

from collections.abc import Sequence

from udf.findings import Finding
from udf.gatekeeper.headers import judge_part
from udf.gatekeeper.lines import judge_line
from udf.message import Message, Unit
from udf.reading import LineReading, PartReading


def judge_unit(message: Message, unit: Unit, reading: PartReading | LineReading) -> Sequence[Finding]:
    """What stands against the records of a unit, whoever read them; `reading` is what the other witness found."""
    if isinstance(reading, LineReading):
        return judge_line(message.segments, message.gather(unit), reading, message.setting)
    return judge_part(message.segments, unit.chunks[0], unit.records[0], reading, message.setting)
