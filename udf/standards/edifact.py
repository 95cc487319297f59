"""What UN/EDIFACT says of SLSRPT and INVRPT: directory D.96A, where nothing else is named.

The numbers are those of the directory's data elements (EDED) and composites (EDCD). A segment's own row of elements
stands in EDSD under its tag. Of each segment there is what is read, checked, masked or told apart, and no more.
"""

from udf.edi.tags import EDIFACT_TAGS, MESSAGE_TAGS, NEIGHBOURS
from udf.standards.standard import At, DateForm, Element, Form, Standard

_LONGEST = 3
"""Characters of a code where lines are made of: none of the lists has a longer one."""

# What stands where, as far as it is read. Codes that nobody looks at closely have no `longest`.
_SEGMENTS = {
    "UNH": Form("ISO 9735 UNH: 0062, S009", (Element("0062", 0, kind="id"), Element("0065", 1, 0))),
    "BGM": Form("D.96A BGM: C002, 1004, 1225, 4343", (
        Element("1001", 0, 0, is_required=True, longest=_LONGEST), Element("3055", 0, 2, longest=_LONGEST),
        Element("1004", 1, kind="id"), Element("1225", 2, longest=_LONGEST), Element("4343", 3),
    )),
    "DTM": Form("D.96A DTM: C507: 2005, 2380, 2379", (
        Element("2005", 0, 0, is_required=True, longest=_LONGEST), Element("2380", 0, 1, "date"),
        Element("2379", 0, 2, longest=_LONGEST),
    ), components={0: 3}),
    "NAD": Form("D.96A NAD: 3035, C082: 3039, 1131, 3055; C058, C080, C059, 3164, 3229, 3251, 3207", (
        Element("3035", 0, is_required=True, longest=_LONGEST), Element("3039", 1, 0, "id"),
        Element("3055", 1, 2, longest=_LONGEST), Element("3036", 2, 0, "text", every=1, onwards=True),
    ), components={1: 3}),
    "LOC": Form("D.96A LOC: 3227, C517: 3225, 1131, 3055, 3224", (
        Element("3227", 0, is_required=True, longest=_LONGEST), Element("3225", 1, 0, "id"),
        Element("3055", 1, 2, longest=_LONGEST), Element("3224", 1, 3, "text"),
    ), components={1: 4}),
    "LIN": Form("D.96A LIN: 1082, 1229, C212: 7140, 7143, 1131, 3055; C829: 5495, 1082", (
        Element("1082", 0, kind="id", longest=8),  # six at most, and eight are the fewest of a GTIN that slipped there
        Element("1229", 1), Element("7140", 2, 0, "id"), Element("7143", 2, 1),
        Element("5495", 3, 0, longest=_LONGEST),
    ), components={0: 1}),
    "PIA": Form("D.96A PIA: 4347, C212 five times", (
        Element("4347", 0, is_required=True, longest=_LONGEST), Element("7140", 1, 0, "id", every=1),
        Element("7143", 1, 1, every=1),
    ), components={0: 1}),
    "QTY": Form("D.96A QTY: C186: 6063, 6060, 6411", (
        Element("6063", 0, 0, is_required=True, longest=_LONGEST), Element("6060", 0, 1, "number"),
        Element("6411", 0, 2, longest=_LONGEST),
    ), most=1, components={0: 3}),
    "PRI": Form("D.96A PRI: C509: 5125, 5118, 5375, 5387, 5284, 6411", (
        Element("5125", 0, 0, is_required=True, longest=_LONGEST), Element("5118", 0, 1, "number"),
        Element("5375", 0, 2, longest=_LONGEST), Element("5387", 0, 3, longest=_LONGEST),
        Element("5284", 0, 4, "number"), Element("6411", 0, 5),
    ), components={0: 6}),
    "CUX": Form("D.96A CUX: C504: 6347, 6345, 6343, 6348", (
        Element("6347", 0, 0, is_required=True, longest=_LONGEST),
        Element("6345", 0, 1, is_required=True, longest=_LONGEST), Element("6343", 0, 2), Element("6348", 0, 3),
    ), components={0: 4}),
    "INV": Form("D.96A INV: 4501, 7491, 4499, 4503", (Element("4501", 0), Element("7491", 1), Element("4499", 2))),
    "MOA": Form("D.96A MOA: C516: 5025, 5004", (Element("5025", 0, 0), Element("5004", 0, 1, "number"))),
    "RFF": Form("D.96A RFF: C506: 1153, 1154", (Element("1153", 0, 0), Element("1154", 0, 1, "id"))),
    "GIN": Form("D.96A GIN: 7405, C208 five times: 7402", (
        Element("7405", 0), Element("7402", 1, 0, "id", every=1),
    )),
    "IMD": Form("D.96A IMD: 7077, 7081, C273: 7009, 1131, 3055, 7008", (
        Element("7009", 2, 0), Element("7008", 2, 3, "text", onwards=True),
    )),
    "FTX": Form("D.96A FTX: 4451, 4453, C107, C108: 4440", (Element("4440", 3, 0, "text", onwards=True),)),
    "CTA": Form("D.96A CTA: 3139, C056: 3413, 3412", (Element("3412", 1, 0, "text", every=1, onwards=True),)),
    "COM": Form("D.96A COM: C076: 3148, 3155", (Element("3148", 0, 0, "text", every=1),)),
    "CNT": Form("D.96A CNT: C270: 6069, 6066", (Element("6069", 0, 0), Element("6066", 0, 1, "number"))),
    "UNT": Form("ISO 9735 UNT: 0074, 0062", (Element("0074", 0, 0, "id", every=1, onwards=True),)),
    "UNE": Form("ISO 9735 UNE: 0060, 0048", (Element("0060", 0, 0, "id", every=1, onwards=True),)),
    "UNZ": Form("ISO 9735 UNZ: 0036, 0020", (Element("0036", 0, 0, "id", every=1, onwards=True),)),
}  # fmt: skip

_FIELDS = {
    "quantity": (At("QTY", 0, 1),),
    "qualifier": (At("QTY", 0, 0),),
    "unit": (At("QTY", 0, 2),),
    "location": (At("LOC", 1, 0), At("LOC", 1, 3), At("NAD", 1, 0)),
    "location_type": (At("LOC", 1, 2), At("NAD", 1, 2)),
    "item": (At("LIN", 2, 0), At("PIA", 1, 0, every=1)),
    "item_type": (At("LIN", 2, 1), At("PIA", 1, 1, every=1)),
    "price": (At("PRI", 0, 1),),
    "price_type": (At("PRI", 0, 0),),
    "start": (At("DTM", 0, 1),),
    "end": (At("DTM", 0, 1),),
    "document_number": (At("BGM", 1, 0),),
    "document_date": (At("DTM", 0, 1),),
    "function": (At("BGM", 2, 0),),
    "currency": (At("CUX", 0, 1),),
}
# An element too many or too few, or what stands in another component: QTY+153+12+PCE, LIN+1+4012345678901:EN.
_HABITS = {
    "quantity": (At("QTY", 1, 0),),
    "unit": (At("QTY", 2, 0),),
    "location": (At("LOC", 1, onwards=True), At("NAD", 1, onwards=True)),
    "location_type": (At("LOC", 1, onwards=True), At("NAD", 1, onwards=True)),
    "item": (At("LIN", 1, 0, every=1),),
    "item_type": (At("LIN", 1, 1, every=1),),
    "document_number": (At("BGM", 1, every=1, onwards=True),),
    "function": (At("BGM", 1, every=1, onwards=True),),
    "currency": (At("CUX", 0, 1, every=1),),
}

_FUNCTIONS = {
    # D.96A 1225: how a document relates to an earlier one
    "9": "original", "5": "replacement", "1": "cancellation", "4": "change", "7": "duplicate", "31": "duplicate",
    "35": "duplicate", "18": "original", "43": "original",
}  # fmt: skip

_DATE_FORMS: dict[str, tuple[DateForm, int]] = {
    # D.96A 2379, 719 of D.98B, 4 of D.99B, 205 of D.00B. Time zones (303, 304, 205) are of three and five characters.
    "2": ("daymonth", 6), "3": ("monthday", 6), "4": ("daymonth", 8),
    "101": ("day", 6), "102": ("day", 8), "201": ("time", 10), "203": ("time", 12), "204": ("time", 14),
    "303": ("time", 15), "304": ("time", 17), "205": ("time", 17),
    "615": ("week", 4), "616": ("week", 6), "609": ("month", 4), "610": ("month", 6), "608": ("quarter", 5),
    "602": ("year", 4),
    "711": ("days", 8), "717": ("days", 6), "718": ("days", 8), "713": ("times", 10), "719": ("times", 12),
    "715": ("weeks", 4), "716": ("weeks", 6), "710": ("months", 6),
}  # fmt: skip

EDIFACT = Standard(
    name="EDIFACT",
    opener="UNH", type_at=(1, 0), reference_at=0, trailer="UNT",
    envelope=("UNA", "UNB", "UNG", "UNH"), envelope_trailers=("UNE", "UNZ"), summary=("UNS", "CNT"), totals="CNT",
    tags=EDIFACT_TAGS | frozenset(MESSAGE_TAGS) | NEIGHBOURS, tag_lengths=(3,),
    data=tuple("BGM DTM NAD LOC CUX LIN PIA QTY PRI INV CNT".split()),
    segments=_SEGMENTS, fields=_FIELDS, habits=_HABITS,
    places=("LOC", "NAD"), splits=frozenset(), document_date="137", date_forms=_DATE_FORMS,
    functions=_FUNCTIONS,
    has_components=True, announces_decimal_mark=True, has_numeric_qualifiers=True, shares_last_price=True,
)  # fmt: skip
