"""What a quantity means, asked of the model by itself: a code in its message type, with the state beside it.

Such a prompt is a few positions and its answer one of `MEASURES`. It shows no message, so there are a few hundred of
them, and each is decoded once in a process. What the model was not taught it is not asked.
"""

from collections.abc import Sequence

from udf.language.vocabulary import (
    BOS,
    CODE_ID,
    COMPONENT_ID,
    ELEMENT_ID,
    EOS,
    FIELD,
    FIRST,
    MARK,
    MEANING,
    PAD,
    SEP,
    TAG_ID,
    TOKEN_ID,
    Bundles,
)

MEASURES = tuple(
    "unmapped sold returned on_hand available on_order in_transit received committed on_hold damaged additional_demand "
    "adjustment backordered closing_balance cumulative despatched discount_stock discrete free_exclusive free_goods "
    "free_inclusive in_bond lost_sales maximum_delivery maximum_stock minimum_stock movement net_sold not_listed "
    "on_hand_distributor opening_balance original out_of_stock outstanding planned planned_order projected promotion "
    "received_not_accepted reorder_level requested reserved returned_defective returned_goods shipped sold_off_premise "
    "sold_on_premise sold_transportation sold_wholesale target_stock to_be_delivered total total_sold transferred "
    "unusable withdrawn".split()
)
"""The markers stand for them in such an answer, in this order."""
_EDIFACT = (
    "12 17 21 26 32E 33 46 48 61 73 83 97 98 113 124 131 145 146 153 156 157 158 192 193 194 195 197 198 200 210 217 "
    "243"
).split()
_X12 = "01 02 17 20 26 27 29 32 33 34 36 38 39 63 72 73 76 87 BQ IQ QH".split()
_ACTIVITIES = (
    "BT DG HL LS OF OH OP OQ PO Q1 Q2 Q3 QA QB QC QD QE QF QH QI QK QL QM QN QO QP QR QS QT QU QW QX QZ TS WQ"
).split()
TAUGHT = {
    ("SLSRPT", "QTY"): _EDIFACT, ("INVRPT", "QTY"): _EDIFACT, ("852", "ZA"): _ACTIVITIES, ("852", "QTY"): _X12,
    ("846", "QTY"): _X12, ("867", "QTY"): _X12,
}  # fmt: skip
"""The codes whose meaning the model was taught, by message type and segment."""
STATES, TRANSFERS = {"INVRPT": "12345"}, {"867": ("SS", "SH", "SA", "BJ", "SU", "BD", "PA")}
"""EDIFACT 7491 and X12 521, likewise."""


def encode_meaning(message_type: str, tag: str, code: str, state: str = "", transfer: str = "") -> Bundles | None:
    """The prompt that asks what a quantity means, None where the model was not taught it."""
    if code not in TAUGHT.get((message_type, tag), ()) or code not in CODE_ID:
        return None
    if (state and state not in STATES.get(message_type, ())) or (
        transfer and transfer not in TRANSFERS.get(message_type, ())
    ):
        return None
    rows = [("QTY" if tag == "QTY" else tag, code, 0)]
    rows += [("INV", state, 1)] if state else []
    rows += [("PTD", transfer, 0)] if transfer else []
    bundles = [(BOS, TOKEN_ID["<line>"], TOKEN_ID[f"<{message_type}>"], MEANING, PAD, PAD, PAD)]
    bundles += [(CODE_ID[c], PAD, TAG_ID[t], ELEMENT_ID[e], COMPONENT_ID[0], FIRST, PAD) for t, c, e in rows]
    return (*bundles, (SEP, PAD, PAD, PAD, PAD, PAD, PAD))


def write_meaning(measure: str) -> list[int]:
    """The answer that says a measure. Raises ValueError for one that is none of `MEASURES`."""
    return [FIELD["qualifier"], MARK + MEASURES.index(measure), EOS]


def read_meaning(tokens: Sequence[int]) -> str | None:
    """The measure that an answer says, None where it is no such answer."""
    if len(tokens) != _LENGTH or tokens[0] != FIELD["qualifier"] or not 0 <= tokens[1] - MARK < len(MEASURES):
        return None
    return MEASURES[tokens[1] - MARK]


_LENGTH = len(write_meaning("unmapped"))
