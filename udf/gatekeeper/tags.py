"""Tags that exist: what is none, or is one letter away from a tag that lines are made of, may be a damaged one."""

from collections.abc import Iterator, Sequence

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.standards.setting import Setting


def find_damaged_tags(segments: Sequence[Segment], indices: Sequence[int], setting: Setting) -> Iterator[Finding]:
    """Tags that no standard has: of another length, or one letter away from a tag that lines are made of."""
    standard = setting.standard
    for index in indices:
        tag = segments[index].tag
        if tag in standard.tags:
            continue
        if len(tag) not in standard.tag_lengths:
            yield Finding("tag-damaged", f"«{tag[:20]}» is no tag: a separator is lost.", index)
            continue
        near = [known for known in standard.data if _is_near(tag, known)]
        meant = next((known for known in near if len(tag) == 3 or _follows(segments[index], known, setting)), None)
        meant = meant or next((known for known in standard.data if _is_shortened(tag, known)), None)
        if meant:
            yield Finding("tag-damaged", f"«{tag}» is no tag and may be a damaged {meant}.", index)


def _is_near(tag: str, known: str) -> bool:
    return len(tag) == len(known) and sum(a != b for a, b in zip(tag, known, strict=True)) == 1


def _is_shortened(tag: str, known: str) -> bool:
    """Whether a tag is a known one that has lost a letter."""
    return len(tag) == 2 and len(known) == 3 and tag in (known[1:], known[0] + known[2], known[:2])


def _follows(segment: Segment, tag: str, setting: Setting) -> bool:
    """Whether the code behind a tag of two characters is one that the meant tag has; partners invent such tags."""
    code = segment.value(0)
    if tag == "N1":
        return setting.place_role(tag, code) is not None
    if tag == "ZA":
        number = segment.value(1).lstrip("-").replace(".", "")
        return number.isdecimal() if number else setting.measure(tag, code) is not None
    return tag == "XQ" and code in ("F", "G", "H")  # 305
