"""What drawn quantities mean: the exam's own truth, from the directories and nothing that is the product's.

Written from the names that UN/EDIFACT D.96A to D.01B (6063) and X12 004010 (673, 859) give the codes; they stand beside
them. What has no word of ours is unmapped, and what counts documents instead of units is no line at all.
"""

UNMAPPED, NO_LINE = "unmapped", "ignored"

_EDIFACT_6063 = {
    "12": "despatched",  # despatch quantity
    "17": "on_hand",  # quantity on hand
    "21": "on_order",  # ordered quantity
    "26": "promotion",  # promotion quantity: of the event, whatever message states it
    "32E": "discount_stock",  # EANCOM: consolidated discount inventory
    "33": "maximum_delivery",  # maximum delivery quantity
    "46": "received",  # delivered quantity, told by whom it was delivered to
    "48": "received",  # received quantity
    "61": "returned",  # return quantity
    "66": "committed",  # committed quantity
    "73": "outstanding",  # outstanding quantity
    "83": "backordered",  # backorder quantity
    "97": "minimum_stock",  # minimum inventory
    "98": "maximum_stock",  # maximum inventory
    "113": "to_be_delivered",  # quantity to be delivered
    "124": "damaged",  # damaged goods
    "131": "to_be_delivered",  # delivery quantity: required for delivery
    "145": "on_hand",  # actual stock
    "146": "target_stock",  # model or target stock
    "153": "sold",  # statistical sales quantity
    "156": "movement",  # inventory movement quantity
    "157": "opening_balance",  # opening stock balance
    "158": "closing_balance",  # closing stock balance
    "192": "free_goods",  # free goods quantity
    "193": "free_inclusive",  # free quantity included
    "194": "received",  # received and accepted
    "195": "received_not_accepted",  # received, not accepted, to be returned
    "197": "reorder_level",  # reordering level
    "198": "in_transit",  # inventory in transit
    "200": "free_exclusive",  # free quantity not included
    "210": "returned",  # returned by the consumer
    "217": "out_of_stock",  # requested and not available
    "243": "reserved",  # reserved for sales delivered direct
}
_ON_HAND_152 = ("D:93", "D:94", "D:95", "D:96", "D:97", "D:98", "D:99", "D:00")
"""152 is stock on hand up to D.00B, and from D.01A stock with an external customer that is the supplier's still."""

_X12_859 = {
    "BT": "sold_transportation",  # sold for transportation
    "DG": "damaged",  # damaged
    "HL": "on_hold",  # on hold
    "LS": "lost_sales",  # lost sales
    "OF": "sold_off_premise",  # off-premises sales
    "OH": "on_hand",  # on hand, gross
    "OP": "sold_on_premise",  # on-premises sales
    "OQ": "planned_order",  # planned order
    "PO": "reorder_level",  # calculated reorder point
    "Q1": "net_sold",  # net sales
    "Q2": "returned_goods",  # goods returned
    "Q3": "returned_defective",  # goods returned, defective or damaged
    "QA": "available",  # current inventory available for shipment or sale
    "QB": "opening_balance",  # beginning balance
    "QC": "committed",  # committed
    "QD": "additional_demand",  # additional demand
    "QE": "closing_balance",  # ending balance
    "QF": "in_bond",  # in bond
    "QH": "on_hold",  # damaged or on hold
    "QI": "in_transit",  # in transit
    "QK": "not_listed",  # not listed
    "QL": "minimum_stock",  # minimum inventory
    "QM": "maximum_stock",  # maximum inventory
    "QN": "planned",  # planned inventory
    "QO": "out_of_stock",  # out of stock
    "QP": "on_order",  # on order, not yet received
    "QR": "received",  # received
    "QS": "sold",  # sold
    "QT": "adjustment",  # adjustment to inventory
    "QU": "returned",  # returned by the consumer
    "QW": "withdrawn",  # withdrawn from the warehouse
    "QX": "requested",  # requested beyond what replenishment planned
    "QZ": "transferred",  # transferred
    "TS": "total_sold",  # total sales
    "WQ": "sold_wholesale",  # wholesale sales
}
_X12_673 = {
    "01": "discrete",  # discrete quantity
    "02": "cumulative",  # cumulative quantity
    "17": "on_hand",  # quantity on hand
    "20": "unusable",  # unusable quantity
    "26": "total",  # total inventory
    "27": "committed",  # committed quantity
    "29": "projected",  # projected available inventory
    "32": "sold",  # quantity sold
    "33": "available",  # quantity available for sale
    "34": "available",  # not committed, available on the shelf
    "36": "on_hand_distributor",  # inventory of the distributor
    "38": "original",  # original quantity
    "39": "shipped",  # shipped quantity
    "63": "on_order",  # on-order quantity
    "72": "minimum_stock",  # minimum stock level
    "73": "maximum_stock",  # maximum stock level
    "76": "returned",  # returns
    "87": "received",  # quantity received
    "BQ": "backordered",  # backorder quantity
    "IQ": "in_transit",  # in-transit quantity
    "QH": "on_hold",  # quantity on hold
}
_OF_DOCUMENTS = {("852", "N4"), ("852", "OC"), ("867", "TO")}
"""X12 673: number of times and count of orders below a ZA, and the total of an 867, which checks its lines."""


def measure_of(message_type: str, tag: str, code: str, version: str) -> str:
    """What a quantity of a drawn message is: a measure, `UNMAPPED`, or `NO_LINE`."""
    if tag == "ZA":
        return _X12_859.get(code, UNMAPPED)
    if message_type.isdigit():
        return NO_LINE if (message_type, code) in _OF_DOCUMENTS else _X12_673.get(code, UNMAPPED)
    if code == "152":
        return "on_hand" if version.startswith(_ON_HAND_152) else "consignment"
    return _EDIFACT_6063.get(code, UNMAPPED)


def known_codes(x12: bool) -> set[str]:
    """Codes of quantities that have a meaning here."""
    return {*_X12_859, *_X12_673, "N4", "OC", "TO"} if x12 else {*_EDIFACT_6063, "152"}


_TRANSFERS = {
    # X12 521, as far as it is drawn: sales, adjustment, relocation; what is left out has no meaning of ours
    "SS": None, "SH": None, "SA": "adjustment", "BJ": "transferred",
}  # fmt: skip
_STATES = {"1": None, "2": "damaged", "3": "in_bond", "4": "reserved", "5": "on_hold"}
"""EDIFACT 7491."""


def refine_measure(message_type: str, measure: str, state: str, transfer: str) -> str:
    """A measure with the state that INV gives a stock and the kind of the transfer (PTD01) that moved the goods."""
    if message_type == "867" and transfer and measure in ("sold", "shipped"):
        return _TRANSFERS.get(transfer, UNMAPPED) or measure
    if message_type == "867" and transfer and measure == "returned":
        return measure if transfer in _TRANSFERS else UNMAPPED
    if message_type == "INVRPT" and state and measure in ("on_hand", "available", "closing_balance"):
        return _STATES.get(state, UNMAPPED) or measure
    return measure
