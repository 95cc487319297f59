"""Interchanges and messages that tests of the reader write, and what they look at."""

from udf.edi.delimiters import Delimiters
from udf.edi.interchange import Interchange, InterchangeMessage
from udf.edi.reader import read_segments
from udf.edi.split import split_interchange

SLSRPT = (
    "UNH+1+SLSRPT:D:96A:UN:EAN004'BGM+73E+4711+9'DTM+137:20260105:102'NAD+SU+4000001000005::9'"
    "LOC+162+4000001000012::9'LIN+1++4000001000029:EN'QTY+153:2:PCE'LIN+2++4000001000036:EN'QTY+153:-1:PCE'UNT+10+1'"
)


STOCK_852 = (
    "ST*852*0001~XQ*H*20260104*20260110~N1*ST**92*0118~LIN*1*UP*400000100002~ZA*QS*2*EA~ZA*QA*7*EA~CTT*1~SE*8*0001~"
)


def tags(text: str, delimiters: Delimiters | None = None) -> list[str]:
    return [segment.tag for segment in read_segments(text, delimiters)]


def elements(text: str, tag: str) -> list[list[list[str]]]:
    return [segment.elements for segment in read_segments(text) if segment.tag == tag]


def repaired(text: str) -> list[str]:
    return [segment.raw for segment in read_segments(text) if segment.repaired]


def sales(reference: str = "1") -> str:
    return (
        f"UNH+{reference}+SLSRPT:D:96A:UN:EAN004'BGM+73E+4711+9'DTM+137:20260105:102'LOC+162+4000001000012::9'"
        f"LIN+1++4000001000029:EN'QTY+153:2:PCE'UNT+7+{reference}'"
    )


def edifact(*messages: str, reference: str = "77", count: int | None = None, una: str = "", test: str = "") -> str:
    unb = f"UNB+UNOC:3+4000001000005:14+4000001000999:14+260105:0559+{reference}{test}'"
    return f"{una}{unb}{''.join(messages)}UNZ+{len(messages) if count is None else count}+{reference}'"


def activity(control: str = "0001") -> str:
    return f"ST*852*{control}~XQ*H*20260104*20260110~LIN*1*UP*400000100002~ZA*QS*2*EA~SE*5*{control}~"


def x12(*messages: str, control: str = "000000041", groups: int = 1, sets: int | None = None, usage: str = "P") -> str:
    return (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260715*1200*U*00401"
        f"*{control}*0*{usage}*>~"
        f"GS*PD*SENDER*RECEIVER*20260715*1200*41*X*004010VICS~{''.join(messages)}"
        f"GE*{len(messages) if sets is None else sets}*41~IEA*{groups}*{control}~"
    )


def split(text: str) -> Interchange:
    return split_interchange(text.encode())


def texts(text: str) -> list[str]:
    return [message.text for message in split(text).messages]


def codes(interchange: Interchange | InterchangeMessage) -> list[str]:
    return [problem.code for problem in interchange.problems]
