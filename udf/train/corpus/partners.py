"""Partners, drawn anew: a dialect and a way of writing each, some for training and some held out for the exam.

Which of them is decided by the layout of the dialect alone: how a text was written is gone when a prompt is made, so a
layout that was trained under one quirk would be known under all.
"""

import random
import zlib
from dataclasses import replace

from udf.train.corpus.edifact import EdifactPartner
from udf.train.corpus.rendering import TRAINED_QUIRKS, Writing, draw_writing
from udf.train.corpus.x12 import X12Partner

Dialect = EdifactPartner | X12Partner
MIX = (("SLSRPT", 24), ("INVRPT", 24), ("852", 26), ("846", 18), ("867", 10))
HELD_OUT_SHARE = 8
"""One layout in so many is held out."""


def draw_partner(r: random.Random) -> Dialect:
    """A dialect with a message type in the proportions of `MIX`."""
    (message_type,) = r.choices([name for name, _ in MIX], [weight for _, weight in MIX])
    return X12Partner(r, message_type) if message_type.isdigit() else EdifactPartner(r, message_type)


def is_held_out(dialect: Dialect) -> bool:
    """True for the layouts that no training example comes from."""
    return zlib.crc32(repr(dialect.layout).encode()) % HELD_OUT_SHARE == 0


def draw_written(
    r: random.Random, held_out: bool = False, quirks: tuple[str, ...] = TRAINED_QUIRKS
) -> tuple[Dialect, Writing]:
    """A partner that may be learnt or one that is held out; quirks that are never trained make it the latter."""
    while True:
        dialect = draw_partner(r)
        writing = draw_writing(r, dialect.message_type, quirks)
        if dialect.message_type == "SLSRPT" and dialect.price == "after":  # from D.97A on it is the last quantity's
            writing = replace(writing, version="D:96A:UN")
        if isinstance(dialect, EdifactPartner) and (dialect.inv or dialect.stock_mark == "INV"):
            writing = replace(writing, version="D:97A:UN")  # before, INV stands behind its quantity
        if isinstance(dialect, X12Partner) and dialect.composite_unit:
            # 003030 has the unit alone in QTY03; and a set without its ISA shows what separates them as EA>1, unbroken
            version = "004010" if writing.version == "003030" else writing.version
            plain = tuple(quirk for quirk in writing.quirks if quirk not in ("lower-case-tags", "wrap"))
            writing = replace(writing, version=version, quirks=plain)
        if writing.quirks if quirks is not TRAINED_QUIRKS else is_held_out(dialect) == held_out:
            return dialect, writing
