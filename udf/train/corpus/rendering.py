"""Drafts become text: an interchange in the delimiters and with the quirks of its partner."""

import random
import re
from dataclasses import dataclass

from udf.train.corpus.drafts import Draft
from udf.train.corpus.values import digits

TRAINED_QUIRKS = ("newline", "blank-before-newline", "indent", "wrap", "lower-case-tags")
"""What partners of the corpus do to the text beyond the standard."""
HELD_OUT_QUIRKS = (
    "breaks-anywhere",
    "odd-wrap",
    "padded-elements",
    "byte-order-mark",
    "lost-terminators",
    "empty-lines",
)
"""What no partner of the corpus does: they examine the reader."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a partner writes: its delimiters, whether UNA announces them, its quirks, its envelope."""

    segment: str
    element: str
    component: str
    release: str = ""
    version: str = ""
    announced: bool = True
    envelope: bool = False
    decimal_mark: str = "."
    quirks: tuple[str, ...] = ()

    @property
    def sends_una(self) -> bool:
        """Other delimiters than the standard's own must be announced."""
        return self.announced or (self.component, self.element, self.segment) != (":", "+", "'")


def draw_writing(r: random.Random, message_type: str, quirks: tuple[str, ...] = TRAINED_QUIRKS) -> Writing:
    """Mostly the standard's own delimiters and no quirk, now and then other delimiters and a quirk or two."""
    some = tuple(
        sorted(
            r.sample(quirks, r.choice([0, 0, 1, 1, 2] if quirks is TRAINED_QUIRKS else [1, 1, 2][: len(quirks) + 1]))
        )
    )
    envelope = r.random() < 0.5
    if message_type.isdigit():
        element = r.choice("****|~^")
        segment = r.choice([s for s in ("~", "~", "~", "^", "}", "?", "\n", "\x1d", "…") if s != element])
        if segment == "\n":
            some = tuple(v for v in some if v in ("indent", "lower-case-tags", "byte-order-mark"))
        version = r.choice(["004010", "004010VICS", "005010", "003030"])
        return Writing(segment, element, ">", version=version, envelope=envelope, quirks=some)
    segment, element, component, release = r.choice(
        [("'", "+", ":", "?")] * 3 + [("~", "*", ">", "?"), ("\x1c", "\x1d", "\x1f", "?")]
    )
    version = r.choice(["D:96A:UN:EAN004", "D:96A:UN", "D:01B:UN:EAN007", "D:97A:UN"])
    return Writing(
        segment, element, component, release, version, r.random() < 0.6, envelope, r.choice("..,"), some
    )  # fmt: skip


def settle(draft: Draft, writing: Writing) -> None:
    """Make a draft this partner's: without a release character no value holds a delimiter, and UNA binds numbers.

    Those of X12 have a point.
    """
    draft.version = writing.version
    delimiters = re.compile("[" + re.escape(writing.segment + writing.element + writing.component) + "]")
    for segment in draft.segments:
        for element in segment.elements:
            for c, value in enumerate(element):
                if draft.message_type.isdigit() and re.fullmatch(r"[+-]?\d+,\d+", value):
                    value = value.replace(",", ".")  # X12.6, type R
                if not writing.release:
                    value = delimiters.sub("#", value)
                elif writing.envelope and writing.sends_una and re.fullmatch(r"[+-]?\d+[.,]\d+", value):
                    value = value.replace("," if writing.decimal_mark == "." else ".", writing.decimal_mark)
                element[c] = value.strip()


def _escape(value: str, writing: Writing) -> str:
    for character in (writing.release, writing.segment, writing.element, writing.component) if writing.release else ():
        value = value.replace(character, writing.release + character)
    return value


def render_segment(tag: str, elements: list[list[str]], writing: Writing) -> str:
    """One segment without its terminator; trailing empty elements and components are dropped."""
    blanks = "  " if "padded-elements" in writing.quirks else ""
    parts = []
    for element in elements:
        components = [_escape(value, writing) for value in element]
        while len(components) > 1 and not components[-1]:
            components.pop()
        text = writing.component.join(components)
        parts.append(text + blanks if text and len(components) == 1 else text)
    while parts and not parts[-1]:
        parts.pop()
    return writing.element.join([tag.lower() if "lower-case-tags" in writing.quirks else tag, *parts])


def message_rows(draft: Draft, writing: Writing, reference: str = "1") -> list[str]:
    """UNH…UNT or ST…SE with right counts, a segment a row, without terminators."""
    body = [s for s in draft.segments if s.tag not in ("UNT", "SE")]
    x12 = draft.message_type.isdigit()
    reference = draft.reference = reference.zfill(4) if x12 else reference
    if x12:
        rows = [render_segment("ST", [[draft.message_type], [reference]], writing)]
    else:
        rows = [render_segment("UNH", [[reference], [draft.message_type, *writing.version.split(":")]], writing)]
    rows += [render_segment(s.tag, s.elements, writing) for s in body]
    rows.append(render_segment("SE" if x12 else "UNT", [[str(len(rows) + 1)], [reference]], writing))
    return rows


def join_rows(rows: list[str], writing: Writing, r: random.Random) -> str:
    """Rows with their terminators and with what the partner's quirks put between and into them."""
    quirks = writing.quirks
    newline = "\r\n" if {"newline", "blank-before-newline", "lost-terminators"} & set(quirks) else ""
    newline = " " + newline if "blank-before-newline" in quirks else newline
    newline += "\r\n" if "empty-lines" in quirks else ""
    indent = "  " if "indent" in quirks else ""
    lost = set(r.sample(range(len(rows)), 1)) if "lost-terminators" in quirks else set()
    text = "".join(
        indent + row + ("" if n in lost else writing.segment) + newline for n, row in enumerate(rows)
    )  # fmt: skip
    if writing.segment == "\n":
        return text
    if "wrap" in quirks or "odd-wrap" in quirks:
        width = r.choice([80, 70, 35]) if "wrap" in quirks else r.randint(21, 133)
        text = "\r\n".join(text[i : i + width] for i in range(0, len(text), width))
    if "breaks-anywhere" in quirks:
        for place in sorted(r.sample(range(1, len(text)), max(1, len(text) // 120)), reverse=True):
            text = text[:place] + r.choice(["\r\n", "\n"]) + text[place:]
    return text


def render_message(draft: Draft, writing: Writing, reference: str = "1", r: random.Random | None = None) -> str:
    """The text of one message without its envelope."""
    settle(draft, writing)
    return join_rows(message_rows(draft, writing, reference), writing, r or random.Random(len(draft.segments)))


def render_interchange(draft: Draft, writing: Writing, r: random.Random) -> bytes:
    """One message as a file: with its envelope where the partner sends one, in UTF-8."""
    settle(draft, writing)
    rows = message_rows(draft, writing, digits(r, 1, 9))
    head = ""
    if writing.envelope:
        rows, head = _wrap_x12(rows, writing, r) if draft.message_type.isdigit() else _wrap_edifact(rows, writing, r)
    text = head + join_rows(rows, writing, r)
    return (b"\xef\xbb\xbf" if "byte-order-mark" in writing.quirks else b"") + text.encode()


def _wrap_edifact(rows: list[str], writing: Writing, r: random.Random) -> tuple[list[str], str]:
    control = digits(r, 1, 9)
    plain = Writing(writing.segment, writing.element, writing.component, writing.release)
    unb = render_segment(
        "UNB", [["UNOC", "3"], [digits(r, 13), "14"], [digits(r, 13), "14"], ["261122", "0815"], [control]], plain
    )
    unz = render_segment("UNZ", [["1"], [control]], plain)
    head = ""
    if writing.sends_una:
        head = f"UNA{writing.component}{writing.element}{writing.decimal_mark}{writing.release} {writing.segment}"
    return [unb, *rows, unz], head


def _wrap_x12(rows: list[str], writing: Writing, r: random.Random) -> tuple[list[str], str]:
    """ISA is of fixed length and stands in front of whatever the partner's quirks do to the rest."""
    e, control = writing.element, digits(r, 9)
    kind = rows[0][2 + len(e) : 5 + len(e)]
    isa = e.join([
        "ISA", "00", " " * 10, "00", " " * 10, "08", f"{digits(r, 10):15}", "01", f"{digits(r, 9):15}", "261122",
        "0815", "U", writing.version[:3] + "01", control, "0", "P", writing.component,
    ])  # fmt: skip
    group = {"852": "PD", "846": "IB", "867": "PT"}[kind]
    gs = e.join(["GS", group, "SENDER", "RECEIVER", "20261122", "0815", "1", "X", writing.version])
    return [gs, *rows, e.join(["GE", "1", "1"]), e.join(["IEA", "1", control])], isa + writing.segment + (
        "" if writing.segment == "\n" or "newline" not in writing.quirks else "\r\n"
    )
