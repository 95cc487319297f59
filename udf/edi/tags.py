"""Tags that the reader knows, and the shape that proves a tag where a terminator was lost.

A shape is a regular expression for what follows the tag, strict enough that data (`DISCOUNT+5`, `PIZZA*92*0118`) does
not fit it. «E» stands for the element separator, «C» for the component separator, «S» for the terminator, «T» for the
end of a segment, «V» for a character of a value. Tags that names often end in (PAC, COM, STS) have no shape, and at the
end of a word of free text only `CERTAIN` tags count (`N1*ST*PASSION FRUIT*UL*4000` holds no UIT). Losing a repair is
loud, because the count in UNT or SE disagrees; a wrong one would be silent. Repetitions before an anchor are
possessive: a megabyte of blanks must not make a search quadratic.
"""

Shapes = dict[str, str]

# UN/EDIFACT D.93A to D.01B, the segments of SLSRPT, INVRPT and their neighbours.
_EDIFACT = """
    UNA UNB UNG UNH UNS UNT UNE UNZ BGM DTM NAD CTA COM RFF CUX LOC LIN PIA IMD PAC DOC ALI MOA PRI GIN QTY MKS MEA
    CPS INV STS FTX GIS GEI CNT PAI TDT TOD PCD TAX APR RNG SCC QVR PCI EQD SGP GID HAN ALC UCI UCM UCS ERC
"""
EDIFACT_TAGS = frozenset(_EDIFACT.split())

# ANSI X12 003020 to 005010, the segments of 852, 846, 867 and their neighbours.
_X12 = """
    ISA GS ST SE GE IEA XQ XPO N9 PER N1 N2 N3 N4 FOB TD5 DTM LIN CTP PO4 AMT PAL QTY ZA SDQ G95 CTT BIA CUR REF MEA
    LM LQ PID PKG SAC UIT CS DD G53 PCT LDT SLN SCH LS LE MAN BPT PSA PTD PRF SII PO3 ITA BEG BIG BSN BAK HL IT1 PO1
    TXI TDS ITD MSG NTE AK1 AK2 AK3 AK4 AK5 AK9 BPR TRN RMR ENT W17 W07 W14 W15 W19 B10 BGN
"""
X12_TAGS = frozenset(_X12.split())

# Tags of the directories (D.96A, 004010) that are one letter away from one that lines are made of.
_NEIGHBOURS = "PTY CIN LAN PNA POC NAT PCI PDI PGI PRC PRV PRT DIM DLM DAM CNI DTP PIN LID LIE LEN CTB CTC PTS REP REL"
NEIGHBOURS = frozenset(_NEIGHBOURS.split())

# UNT and SE are the last segment of a message, and only there are `DISCOUNT+5+1` and `CHEESE*92*0001` told from them.
_END = r"[ \t\r\n]*+[^A-Za-z0-9 \t\r\n]?[ \t\r\n]*+\Z"
_EDIFACT_NUMBER = r"-?[0-9][0-9.,]*-?"
_X12_NUMBER = r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_PARTIES = "BY|SU|SE|SN|ST|SF|GY|WH|DP|IV|UD|UC|CN|CZ|MF|MS|MR|PR|DS|LC"

# Segments that hold names, addresses and free text, and the tags whose shape is proof enough even in their words.
FREE_TEXT = frozenset(["NAD", "IMD", "FTX", "CTA", "COM", "N1", "N2", "N3", "N4", "PID", "PER", "MSG", "NTE"])
CERTAIN = frozenset(["QTY", "DTM", "ZA", "SDQ", "UNT", "SE"])

# X12 separates everything alike, so that an item number such as SSOQYRB2OPTD before «*BP*» has the shape of a PTD.
# Behind anything but a GTIN or a date these tags alone are put back, and inside a LIN, a row of such numbers, none.
X12_CERTAIN = CERTAIN | {"CTT", "CTP", "LIN", "SCH", "XQ"}

EDIFACT_SHAPES: Shapes = {
    "BGM": r"«E»[0-9]{2,3}[A-Z]?(?:«E»|«C»|«T»)",
    "DTM": r"«E»[0-9]{1,3}[A-Z]?«C»[0-9]{4,}",
    "NAD": rf"«E»(?:{_PARTIES})«E»[^a-z]",
    "RFF": r"«E»[A-Z]{2,3}«C»«V»",
    "CUX": r"«E»[0-9]«C»[A-Z]{3}(?:«C»|«E»|«T»)",
    "LOC": r"«E»(?:1|5|7|8|9|11|13|14|18|19|35|48|83|84|92|162)«E»(?:«V»+«C»«C»|[0-9]{8,14}(?:«C»|«E»|«T»))",
    "LIN": r"«E»(?:[0-9]{0,6}«E»[0-9A-Z]{0,3}«E»«V»{4,35}«C»[A-Z]{2,3}|(?<![A-Za-z]LIN«E»)[0-9]{1,6}«T»)",
    "PIA": r"«E»[1-5]«E»«V»{1,35}«C»[A-Z]{2,3}",
    "IMD": r"«E»[A-Z]?«E»[A-Z0-9]{0,3}«E»«C»{0,3}«V»",
    "MOA": rf"«E»[0-9]{{1,3}}[A-Z]?«C»{_EDIFACT_NUMBER}(?:«C»|«E»|«T»)",
    "PRI": rf"«E»[A-Z]{{3}}«C»{_EDIFACT_NUMBER}(?:«C»|«E»|«T»)",
    "QTY": rf"«E»[0-9]{{1,3}}[A-Z]?«C»{_EDIFACT_NUMBER}(?:«C»|«E»|«T»|[A-Z])",
    "INV": r"«E»[12]?«E»[0-9]{0,3}«E»[0-9]{0,3}(?:«E»|«T»)",
    "CNT": r"«E»[0-9]{1,2}«C»[0-9]",
    "UNS": r"«E»[SD]«T»",
    "UNT": rf"«E»[0-9]{{1,10}}«E»«V»{{1,14}}(?:{_END}|«S»[ \t\r\n]*+UN[EZH]«E»)",
}

_ENTITIES = "BY|ST|SU|RL|WH|SF|FR|TO|VN|SE|MF|DS|DB|BT|DC|MA|PR|RE|BS|SN|WS|OB|SO|BG|II|DV|CS"
_PRODUCT_IDS = "UP|UK|UI|UA|UD|EN|IN|BP|BO|CB|SK|VN|VP|VC|VA|VO|MG|MF|ND|N4|UX|ZZ|IB|PI|PN|RK|IT|SN|EO|EM"
_ACTIVITIES = "Q[1-3A-FHIK-UWXZ]|RE|TS|WQ|MS|BS|BT|OP|OF|OH|HL|OQ|PO|LS|PA|DG"
_PRICES = "RTL|RES|MSR|UCP|DIS|CON|WHL|CAT|ACT|PRO|NET|SLP|SRP|LPR|INV|CUP|FUP|PUR|STD"

X12_SHAPES: Shapes = {
    "XQ": r"«E»[A-Z]«E»[0-9]{6,8}(?:«E»|«T»)",
    "BIA": r"«E»[0-9]{2}«E»[A-Z]{2}«E»",
    "N1": rf"«E»(?:{_ENTITIES})«E»«V»*(?:«E»|«T»)",
    "LIN": rf"«E»«V»{{0,20}}«E»(?:{_PRODUCT_IDS})«E»«V»",
    "PID": r"«E»[FSX]«E»«V»{0,3}«E»",
    "CTP": rf"«E»«V»{{0,2}}«E»(?:{_PRICES})«E»[0-9.]",
    "REF": r"«E»[A-Z0-9]{2,3}«E»«V»",
    "DTM": r"«E»[0-9]{3}«E»[0-9]{6,8}(?:«E»|«T»)",
    "QTY": rf"«E»[A-Z0-9]{{2}}«E»{_X12_NUMBER}(?:«E»|«T»|[A-Z])",
    "ZA": rf"«E»(?:{_ACTIVITIES})(?:«T»|«E»(?:{_X12_NUMBER})?(?:«E»[A-Z]|«T»))",
    "SDQ": r"«E»[A-Z0-9]{2}«E»[A-Z0-9]{0,2}«E»«V»+«E»[0-9.-]",
    "SCH": r"«E»[0-9.]+«E»[A-Z]{2}«E»",
    "PTD": r"«E»[A-Z]{2}(?:«E»|«T»)",
    "UIT": r"«E»[A-Z]{2}«E»[0-9.]+",
    "AMT": r"«E»[A-Z0-9]{1,3}«E»[0-9.]+",
    "CUR": r"«E»[A-Z]{2}«E»[A-Z]{3}(?:«E»|«T»)",
    "CTT": rf"«E»[0-9]{{1,6}}(?:«E»{_X12_NUMBER})?«T»",
    "SE": rf"«E»[0-9]{{1,10}}«E»«V»{{4,9}}(?:{_END}|«S»[ \t\r\n]*+(?:GE|IEA|ST)«E»)",
}

MESSAGE_TAGS = (
    "BGM DTM NAD LOC CUX LIN PIA RFF GIN QTY PRI MOA INV GIS GEI STS CPS QVR RNG DOC UNS "
    "XQ N9 N1 BIA BPT PTD CTP ZA SDQ SCH REF LS LE UIT AMT LM LQ CUR DTP G95 SII PSA SLN LDT ITA CS "
).split()
"""What messages of the five types are made of, in either standard. The tokens of the model are in this order."""
