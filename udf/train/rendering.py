"""Drafts become text, with an envelope or without, in the delimiters and with the vices of their partner."""

import random
from dataclasses import dataclass

from udf.train.drafts import Draft


@dataclass(frozen=True, slots=True)
class Writing:
    """How a partner writes: delimiters, what stands behind each terminator, where it wraps."""

    segment: str
    element: str
    component: str
    release: str = ""
    newline: str = ""
    indent: str = ""
    wrap: int = 0
    lower_tags: bool = False
    version: str = ""


def draw_writing(r: random.Random, message_type: str) -> Writing:
    """Mostly the standard's own delimiters, now and then those of EDI.md's part D."""
    vices = {
        "newline": r.choice(["", "", "\n", "\r\n", "\r\n", " \r\n"]),
        "indent": r.choice([""] * 8 + ["  "]),
        "wrap": r.choice([0] * 8 + [80, 70, 35]),
        "lower_tags": r.random() < 0.02,
    }
    if message_type.isdigit():
        element = r.choice("****|~^")
        segment = r.choice([s for s in ("~", "~", "~", "^", "}", "?", "\n", "\x1d", "…") if s != element])
        if segment == "\n":
            vices = {"indent": vices["indent"]}
        return Writing(segment, element, ">", version=r.choice(["004010", "004010VICS", "005010", "003030"]), **vices)
    release_of = [
        ("'", "+", ":", "?"),
        ("'", "+", ":", "?"),
        ("'", "+", ":", "?"),
        ("~", "*", ">", "?"),
        ("\x1c", "\x1d", "\x1f", "?"),
    ]
    segment, element, component, release = r.choice(release_of)
    return Writing(
        segment,
        element,
        component,
        release,
        version=r.choice(["D:96A:UN:EAN004", "D:96A:UN", "D:01B:UN:EAN007", "D:97A:UN"]),
        **vices,
    )


def _escape(value: str, writing: Writing) -> str:
    if not writing.release:
        for character in (writing.segment, writing.element):
            value = value.replace(character, "#")
        return value
    for character in (writing.release, writing.segment, writing.element, writing.component):
        value = value.replace(character, writing.release + character)
    return value


def render_segment(tag: str, elements: list[list[str]], writing: Writing) -> str:
    """One segment without its terminator; trailing empty elements and components are dropped."""
    parts = []
    for element in elements:
        components = [_escape(value, writing) for value in element]
        while len(components) > 1 and not components[-1]:
            components.pop()
        parts.append(writing.component.join(components))
    while parts and not parts[-1]:
        parts.pop()
    return writing.element.join([tag.lower() if writing.lower_tags else tag, *parts])


def render_message(draft: Draft, writing: Writing, reference: str = "1") -> str:
    """UNH…UNT or ST…SE with right counts."""
    body = [s for s in draft.segments if s.tag not in ("UNT", "SE")]
    x12 = draft.message_type.isdigit()
    if x12:
        reference = reference.zfill(4)
        rows = [render_segment("ST", [[draft.message_type], [reference]], writing)]
    else:
        rows = [render_segment("UNH", [[reference], [draft.message_type, *writing.version.split(":")]], writing)]
    rows += [render_segment(s.tag, s.elements, writing) for s in body]
    rows.append(render_segment("SE" if x12 else "UNT", [[str(len(rows) + 1)], [reference]], writing))
    text = "".join(writing.indent + row + writing.segment + writing.newline for row in rows)
    if writing.wrap and writing.segment != "\n":
        text = "\r\n".join(text[i : i + writing.wrap] for i in range(0, len(text), writing.wrap))
    return text
