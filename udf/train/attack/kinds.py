"""The kinds of damage, a closed list: every kind that no reader of the one message could notice has its reason."""

from udf.train.attack.damage_segments import (
    double,
    double_line,
    exchange_alike,
    exchange_neighbours,
    lose,
    lose_line,
    move_in_line,
)
from udf.train.attack.damage_text import (
    DIGITS,
    LETTERS,
    character,
    exchange_pair,
    letter_of_tag,
    lose_terminator,
    miscount,
    separator,
    truncate,
)
from udf.train.attack.losses import lose_place, lose_price, lose_split
from udf.train.attack.sound import TOTALS, TRAILERS, Kind

_IDENTITIES, _BEGINNINGS = ("LOC", "NAD", "LIN", "PIA"), ("BGM", "XQ", "BIA", "BPT")
_REPEATED = "nothing in the message repeats it"
_CHECKED = "nothing repeats it but a check digit, which is a warning since masked numbers are common"
_SUMMED = "no sum of the quantities is stated"
_COUNTED = "no count of the lines is stated (a warning where the lines are numbered, an error where stock stands twice)"
_ABSENT = "what is not stated is not missed: the farther statement holds, or none (a warning for places and periods)"
_EXCHANGED = "both stand where the other may, and nothing repeats which is whose"
_EDGE = "at the edge of a line or an activity a segment is as good in the next one, and a nought changes no sum"
_MERGED = "its quantities are as good in the line before, unless their codes or places repeat"
_UNTYPED = "an item or a place without its code list is as good an item or place (a warning for items)"
_NUMBER = "the function is as good a part of the document's number"
_REAL_TAG = "the segment is then another one of the standard, of which lines are not made"
_CODE = "another code means another thing, and up to three characters may be a code"
_WITHOUT_SPLIT = "the total says as much, without places (a warning); without a total the other parts say enough"
_DATES = ("period_start", "period_end", "as_of_date")
_QUANTITY, _PRICE, _ITEM, _PLACE = ("quantity",), ("price",), ("item_id",), ("location_id",)
_IN_CODES = ("qualifier", "item_id_type", "location_id_type", "unit", "price_type")
_ANY = DIGITS + LETTERS

KINDS = (
    Kind("a letter in a quantity", character(_QUANTITY, DIGITS, LETTERS)),
    Kind("a letter in a price", character(_PRICE, DIGITS, LETTERS)),
    Kind("a letter in a date", character(_DATES, DIGITS, LETTERS)),
    Kind("a digit of a quantity, the sum stated", character(_QUANTITY, DIGITS, DIGITS, counted=True)),
    Kind("a digit of a quantity", character(_QUANTITY, DIGITS, DIGITS, counted=False), _SUMMED),
    Kind("a digit of a price", character(_PRICE, DIGITS, DIGITS), _REPEATED),
    Kind("a character of an item", character(_ITEM, _ANY, DIGITS), _CHECKED),
    Kind("a character of a place", character(_PLACE, _ANY, DIGITS), _REPEATED),
    Kind("a digit of a date", character(_DATES, DIGITS, DIGITS), _REPEATED),
    Kind("a character of a code", character(_IN_CODES, _ANY, _ANY), _CODE),
    Kind("a letter of a tag, which is then none", letter_of_tag(becomes_tag=False)),
    Kind("a letter of a tag, which is then another", letter_of_tag(becomes_tag=True), _REAL_TAG),
    Kind("a segment is lost", lose(recount=False)),
    Kind("a segment is doubled", double(recount=False)),
    Kind("a line is lost", lose_line(recount=False)),
    Kind("a line is doubled", double_line(recount=False)),
    Kind("a line is lost, UNT put right, lines counted", lose_line(recount=True, counted=True)),
    Kind("a line is doubled, UNT put right, lines counted", double_line(recount=True, counted=True)),
    Kind("a line is lost, UNT put right", lose_line(recount=True, counted=False), _COUNTED),
    Kind("a line is doubled, UNT put right", double_line(recount=True, counted=False), _COUNTED),
    Kind("the beginning is lost, UNT put right", lose(*_BEGINNINGS, recount=True)),
    Kind("LIN is lost, UNT put right, lines counted", lose("LIN", recount=True, counted=True)),
    Kind("LIN is lost, UNT put right", lose("LIN", recount=True, counted=False), _MERGED),
    Kind("a quantity is lost, UNT right, the sum stated", lose("QTY", "ZA", recount=True, counted=True, summed=True)),
    Kind("a quantity is lost, UNT put right", lose("QTY", "ZA", recount=True, counted=False), _SUMMED),
    Kind("a split is lost, a total or another tells", lose_split(told=True)),
    Kind("a split is lost, UNT put right", lose_split(told=False), _WITHOUT_SPLIT),
    Kind("a place of a line is lost, other lines name theirs", lose_place(told=True)),
    Kind("a place is lost, UNT put right", lose_place(told=False), _ABSENT),
    Kind("a date is lost, UNT put right", lose("DTM", recount=True), _ABSENT),
    Kind("one of a line's prices is lost, other lines tell", lose_price(told=True)),
    Kind("a price is lost, UNT put right", lose_price(told=False), _ABSENT),
    Kind("the currency is lost, UNT put right", lose("CUX", "CUR", recount=True), _ABSENT),
    Kind("PIA is lost, UNT put right", lose("PIA", recount=True), _ABSENT),
    Kind("a segment is doubled, UNT put right", double(recount=True)),
    Kind("two neighbours in a line or header are exchanged", exchange_neighbours(loose=False)),
    Kind("a segment is moved within its line", move_in_line),
    Kind(
        "LIN, noughts, an only line's price or parts without a total and their neighbour",
        exchange_neighbours(loose=True), _EDGE,
    ),
    Kind("two segments of one tag are exchanged", exchange_alike, _EXCHANGED),
    Kind("an element separator is lost", separator(component=False, added=False, but=("BGM",))),
    Kind("an element separator of BGM is lost", separator(component=False, added=False, among=("BGM",)), _NUMBER),
    Kind("an element separator is doubled", separator(component=False, added=True)),
    Kind("a component separator is lost", separator(component=True, added=False, but=_IDENTITIES)),
    Kind("a component separator is doubled", separator(component=True, added=True, but=_IDENTITIES)),
    Kind("a component separator is lost, item or place", separator(True, False, among=_IDENTITIES), _UNTYPED),
    Kind("a component separator is doubled, item or place", separator(True, True, among=_IDENTITIES), _UNTYPED),
    Kind("a terminator is lost", lose_terminator),
    Kind("the text is cut off", truncate),
    Kind("quantity and qualifier are exchanged", exchange_pair("QTY", "ZA", "SCH", short=False)),
    Kind("quantity and a code of letters are exchanged", exchange_pair("QTY", "ZA", "SCH", short=True, digits=False)),
    Kind("quantity and qualifier are exchanged, short", exchange_pair("QTY", "ZA", short=True, digits=True), _CODE),
    Kind("item and its type are exchanged", exchange_pair("LIN", "PIA", short=False)),
    Kind("place and its code are exchanged", exchange_pair("LOC", "NAD", "N1", short=False)),
    Kind("date and its code are exchanged", exchange_pair("DTM")),
    Kind("price and its code are exchanged", exchange_pair("PRI", "CTP")),
    Kind("place and quantity are exchanged", exchange_pair("SDQ"), _EXCHANGED),
    Kind("the count of UNT or SE", miscount(0, *TRAILERS)),
    Kind("the reference of UNT or SE", miscount(1, *TRAILERS)),
    Kind("the count of CNT or CTT", miscount(0, *TOTALS)),
    Kind("the sum of CTT", miscount(1, "CTT")),
)  # fmt: skip
