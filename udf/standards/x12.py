"""What ANSI X12 says of 852, 846 and 867: version 004010, where nothing else is named.

The numbers are those of the data element dictionary (X12.3). A segment's own row of elements stands in the segment
directory (X12.22) under its tag. Of each segment there is what is read, checked, masked or told apart, and no more.
"""

from udf.edi.tags import MESSAGE_TAGS, NEIGHBOURS, X12_TAGS
from udf.standards.standard import At, DateForm, Element, Form, Standard

_LONGEST = 3
"""Characters of a code where lines are made of: few of the lists have as long a one."""

# What stands where, as far as it is read. Codes that nobody looks at closely have no `longest`.
_SEGMENTS = {
    "ST": Form("004010 ST: 143, 329", (Element("143", 0), Element("329", 1, kind="id"))),
    "XQ": Form("004010 XQ: 305, 373, 373, 127, 353", (
        Element("305", 0, is_required=True, longest=_LONGEST), Element("373", 1, kind="date"),
        Element("373", 2, kind="date", needs=((1, 0),)), Element("127", 3, kind="id"),
        Element("353", 4, longest=_LONGEST),
    )),
    "BIA": Form("004010 BIA: 353, 755, 127, 373, 337", (
        Element("353", 0, is_required=True, longest=_LONGEST), Element("755", 1, is_required=True, longest=_LONGEST),
        Element("127", 2, kind="id"), Element("373", 3, kind="date", is_required=True, longest=8),
        Element("337", 4, kind="id"),
    )),
    "BPT": Form("004010 BPT: 353, 127, 373, 755", (
        Element("353", 0, is_required=True, longest=_LONGEST), Element("127", 1, kind="id"),
        Element("373", 2, kind="date", is_required=True, longest=8), Element("755", 3),
    )),
    "CUR": Form("004010 CUR: 98, 100", (
        Element("98", 0, is_required=True, longest=3), Element("100", 1, is_required=True, longest=_LONGEST),
    )),
    "DTM": Form("004010 DTM: 374, 373, 337, 623, 1250, 1251", (
        Element("374", 0, is_required=True, longest=3), Element("373", 1, kind="date"), Element("1250", 4),
        Element("1251", 5, kind="date"),
    )),
    "N9": Form("004010 N9: 128, 127", (Element("128", 0), Element("127", 1, kind="id"))),
    "N1": Form("004010 N1: 98, 93, 66, 67", (
        Element("98", 0, is_required=True, longest=3), Element("93", 1, kind="text"),
        Element("66", 2, longest=2, needs=((3, 0),)), Element("67", 3, kind="id", needs=((2, 0),)),
    )),
    "N2": Form("004010 N2: 93, 93", (Element("93", 0, kind="text", every=1),)),
    "N3": Form("004010 N3: 166, 166", (Element("166", 0, kind="text", every=1),)),
    "N4": Form("004010 N4: 19, 156, 116, 26, 309, 310", (Element("19", 0, kind="text", every=1),)),
    "PER": Form("004010 PER: 366, 93, 365, 364, 365, 364", (
        Element("93", 1, kind="text"), Element("364", 3, kind="text"), Element("364", 5, kind="text"),
    )),
    "PTD": Form("004010 PTD: 521", (Element("521", 0, is_required=True, longest=2),)),
    "LIN": Form("004010 LIN: 350, 235, 234 and fourteen more pairs", (
        Element("350", 0, kind="id"), Element("235", 1, every=2), Element("234", 2, kind="id", every=2),
    )),
    "PID": Form("004010 PID: 349, 750, 559, 751, 352", (Element("352", 4, kind="text"),)),
    "CTP": Form("004010 CTP: 687, 236, 212, 380, C001, 648, 649, 782, 639", (
        Element("687", 0, longest=2), Element("236", 1, longest=_LONGEST), Element("212", 2, kind="number"),
        Element("380", 3, kind="number", needs=((2, 0),)), Element("355", 4), Element("648", 5, needs=((6, 0),)),
        Element("649", 6, kind="number"), Element("639", 8),
    )),
    "QTY": Form("004010 QTY: 673, 380, C001: 355, 61", (
        Element("673", 0, is_required=True, longest=2), Element("380", 1, kind="number"),
        Element("355", 2, longest=2), Element("61", 3, needs=((2, 0), (1, 0))),
    ), most=4),
    "UIT": Form("004010 UIT: C001: 355, 212, 639", (
        Element("355", 0, is_required=True, longest=2), Element("212", 1, kind="number"),
        Element("639", 2, longest=_LONGEST, needs=((1, 0),)),
    ), most=3),
    "ZA": Form("004010 ZA: 859, 380, 355, 374, 373, 128, 127, 1073", (
        Element("859", 0, is_required=True, longest=2), Element("380", 1, kind="number"),
        Element("355", 2, longest=2), Element("374", 3, longest=3, needs=((4, 0),)),
        Element("373", 4, kind="date", needs=((3, 0),)), Element("128", 5),
        Element("127", 6, needs=((5, 0),)),  # no code, and kept like one: it tells one quantity from another
        Element("1073", 7, longest=1),  # whether the goods are in bond, from 003060 on
    ), most=8),
    "SDQ": Form("004010 SDQ: 355, 66, 67, 380 and nine more pairs, 310", (
        Element("355", 0, is_required=True, longest=2), Element("66", 1, longest=2),
        Element("67", 2, kind="id", every=2), Element("380", 3, kind="number", every=2),
    ), most=23),
    "SCH": Form("004010 SCH: 380, 355, 98, 93, 374, 373, 337, 374, 373, 337, 326, 350", (
        Element("380", 0, kind="number"), Element("355", 1, is_required=True, longest=2),
        Element("98", 2, longest=3, needs=((3, 0),)), Element("93", 3, kind="id", needs=((2, 0),)),
        Element("374", 4, longest=3, needs=((5, 0),)), Element("373", 5, kind="date", needs=((4, 0),)),
    ), most=12),
    "REF": Form("004010 REF: 128, 127, 352", (
        Element("128", 0, is_required=True, longest=_LONGEST), Element("127", 1, kind="id"),
        Element("352", 2, kind="number"),  # in the loops of an 846, a quantity
    )),
    "AMT": Form("004010 AMT: 522, 782", (Element("522", 0), Element("782", 1, kind="number"))),
    "CTT": Form("004010 CTT: 354, 347", (Element("354", 0, kind="number", every=1),)),
    "SE": Form("004010 SE: 96, 329", (Element("96", 0, kind="id", every=1),)),
    "GE": Form("004010 GE: 97, 28", (Element("97", 0, kind="id", every=1),)),
    "IEA": Form("004010 IEA: I16, I12", (Element("I16", 0, kind="id", every=1),)),
}  # fmt: skip

_FIELDS = {
    # parts before their totals, since the split is what is recorded
    "quantity": (At("SDQ", 3, every=2), At("SCH", 0), At("REF", 2), At("QTY", 1), At("ZA", 1)),
    "qualifier": (At("QTY", 0), At("ZA", 0)),
    "unit": (At("QTY", 2), At("ZA", 2), At("UIT", 0), At("SDQ", 0), At("SCH", 1)),
    "location": (At("N1", 3), At("N1", 1), At("SDQ", 2, every=2), At("SCH", 3), At("REF", 1)),
    "location_type": (At("N1", 2), At("SDQ", 1), At("SCH", 2), At("REF", 0)),
    "item": (At("LIN", 2, every=2),),
    "item_type": (At("LIN", 1, every=2),),
    "price": (At("CTP", 2), At("UIT", 1)),
    "price_type": (At("CTP", 1), At("UIT", 2)),
    "start": (At("DTM", 1), At("DTM", 5), At("XQ", 1), At("BIA", 3)),
    "end": (At("DTM", 1), At("DTM", 5), At("XQ", 2), At("BIA", 3)),
    "document_number": (At("XQ", 3), At("BIA", 2), At("BPT", 1)),
    "document_date": (At("BIA", 3), At("BPT", 2)),
    "function": (At("XQ", 4), At("BIA", 0), At("BPT", 0)),
    "currency": (At("CUR", 1),),
}
# A date that is both ends of a period, that of a document or an activity.
_HABITS = {
    "start": (At("XQ", 2), At("BPT", 2), At("ZA", 4)),
    "end": (At("XQ", 1), At("BPT", 2), At("ZA", 4)),
}

_FUNCTIONS = {
    # 004010 353: how a document relates to an earlier one
    "00": "original", "05": "replacement", "01": "cancellation", "04": "change", "07": "duplicate", "15": "original",
    "18": "original", "25": "change",
}  # fmt: skip

_DATE_FORMS: dict[str, tuple[DateForm, int]] = {
    # 004010 1250
    "D6": ("day", 6), "D8": ("day", 8), "CM": ("month", 6), "RD6": ("days", 6), "RD8": ("days", 8),
}  # fmt: skip

X12 = Standard(
    name="X12",
    opener="ST", type_at=(0, 0), reference_at=1, trailer="SE",
    envelope=("ISA", "GS", "ST"), envelope_trailers=("GE", "IEA"), summary=("CTT",), totals="CTT",
    tags=X12_TAGS | frozenset(MESSAGE_TAGS) | NEIGHBOURS, tag_lengths=(2, 3),
    data=tuple("XQ BIA BPT PTD CUR DTM N1 LIN ZA QTY SDQ SCH CTP UIT REF CTT".split()),
    segments=_SEGMENTS, fields=_FIELDS, habits=_HABITS,
    places=("N1",), splits=frozenset(("SDQ", "SCH", "REF")), document_date=None, date_forms=_DATE_FORMS,
    functions=_FUNCTIONS,
    has_components=False, announces_decimal_mark=False, has_numeric_qualifiers=False, shares_last_price=False,
)  # fmt: skip
