"""Where the service segments of a text stand: what begins an interchange, a group, a message, and what ends it."""

import re
from functools import lru_cache

from udf.edi.delimiters import Delimiters, skip_una
from udf.edi.reader import read_segments
from udf.edi.segments import Segment
from udf.edi.window import TextWindow

# Around messages NUL and the end-of-file mark of old systems are as blank as a newline.
BLANK = " \t\r\n\ufeff\x00\x1a\x85"
_BLANKS = re.compile(f"[{BLANK}]*")

# An interchange of whatever delimiters, for where the one before it was cut off.
_HEADS = {
    "UNA": r"[^A-Za-z0-9]{5,6}[ \t\r\n]{0,4}UNB[^A-Za-z0-9]",
    "UNB": r"[^A-Za-z0-9 \t\r\n]UNO[A-Z][^A-Za-z0-9][0-9]",
    "ISA": r"([^A-Za-z0-9 \t\r\n])[0-9]{2}\1.{0,10}\1[0-9]{2}\1",
}
_INTERCHANGE = re.compile("|".join(f"{tag}(?={shape})" for tag, shape in _HEADS.items()))

# What can begin a section, wherever it stands: strict, because it also looks through rubbish.
_START = re.compile(
    r"UNA[^A-Za-z0-9]{4,6}\s{0,4}UN[BGH][^A-Za-z0-9 \t\r\n]"
    r"|UNB([^A-Za-z0-9 \t\r\n])\w{4}[^A-Za-z0-9 \t\r\n]"
    r"|UN[GH]([^A-Za-z0-9 \t\r\n])[^A-Za-z]?[\s\S]{0,60}?\2\s{0,4}[A-Z]{6}[^A-Za-z0-9]"
    r"|ISA([^A-Za-z0-9 \t\r\n])\s{0,2}[0-9A-Z]{2}\s{0,2}\3"
    r"|GS([^A-Za-z0-9 \t\r\n])[A-Z]{2}\4"
    r"|ST([^A-Za-z0-9 \t\r\n])[0-9]{3}\5\s{0,2}[A-Za-z0-9]"
)
# At the very front of what is left, the tag and a separator are enough.
_START_HERE = re.compile(r"(?:UN[ABGH]|ISA|GS|ST)[^A-Za-z0-9 \t\r\n=]", re.IGNORECASE)
# Characters of an interchange in which its delimiters are looked for.
FRONT = 1 << 16

# The patterns look no further ahead than this, blanks apart.
_MARGIN = 256
# So many blanks between a terminator and a tag part them for good.
_MOST_BLANKS = 1 << 22


def read_front(window: TextWindow, start: int) -> str:
    """The front of an interchange, enough to find its delimiters in, without what belongs to the next one."""
    window.reach(start + FRONT)
    front = window.slice(start, start + FRONT)
    following = _INTERCHANGE.search(front, skip_una(front) + 3)
    return front[: following.start()] if following else front


def next_start(window: TextWindow, position: int) -> int | None:
    """Where the next section begins; None where there is none, and then everything has been read."""
    position = _skip_blanks(window, position)
    window.reach(position + 8)
    if _START_HERE.match(window.text, position - window.base):
        return position
    while True:
        window.anchor = position
        match = window.search(_START, position, _MARGIN)
        if match is None:
            if window.is_whole:
                return None
            position = max(position, window.end - _MARGIN)
            window.extend()
            continue
        start = window.base + match.start()
        before = window.slice(start - 1, start)
        # `N1*ST*123*0001` holds an ST, but behind its own element separator.
        if not before.isalnum() and before != window.slice(start + 2, start + 3):
            return start
        position = window.base + match.end()


def _skip_blanks(window: TextWindow, position: int) -> int:
    while True:
        window.anchor = position
        match = _BLANKS.match(window.text, position - window.base)
        position = window.base + match.end() if match else position
        if position < window.end or not window.extend():
            return position


@lru_cache(maxsize=256)
def _service_tags(delimiters: Delimiters) -> re.Pattern[str]:
    """Service segments: after a terminator, or glued to data where their shape proves them."""
    segment, element, component = (
        re.escape(character) for character in (delimiters.segment, delimiters.element, delimiters.component)
    )
    lead = rf"{segment}[{segment} \t\r\n\ufeff\x00]*+"
    value = rf"[^{element}{segment}]"
    if delimiters.standard == "EDIFACT":
        tags = rf"UNA(?=[^A-Za-z0-9])|UN[BGHTEZ](?=[ \t\r\n]*+{element})"
        glued = {
            "UNH": rf"{element}{value}{{1,20}}{element}[A-Z]{{6}}{component}",
            "UNZ": rf"{element}[0-9]{{1,6}}{element}{value}",
        }
    else:
        tags = rf"(?:ISA|GS|ST|SE|GE|IEA)(?=[ \t\r\n]*+{element})"
        glued = {
            # Sets of goods and of logistics begin with 8 and 9; `WEST*007*20240512` is a place and its date.
            "ST": rf"{element}[89][0-9]{{2}}{element}[A-Za-z0-9]{{4,9}}(?:{segment}|[\r\n])",
            "IEA": rf"{element}[0-9]{{1,5}}{element}{value}",
        }
    glued |= {tag: shape.replace(r"\1", r"\2") for tag, shape in _HEADS.items()}
    glued_tags = "|".join(f"{tag}(?<![{element}{component} ]{tag})(?={shape})" for tag, shape in glued.items())
    # Each alternative begins with a plain character, so that the scan skips from one of these to the next.
    return re.compile(f"{lead}(?P<tag>(?i:{tags}))|{glued_tags}")


class ServiceSegments:
    """The service segments behind the one at `start`, in order.

    `floor` is a position from which the text must be kept; while it is None, all that has been passed is let go.
    """

    def __init__(self, window: TextWindow, start: int, delimiters: Delimiters, floor: int | None) -> None:
        self.floor = floor
        self._window = window
        self._position = start + 2
        self._pattern = _service_tags(delimiters)
        self._release = delimiters.release
        soft = delimiters.segment + " \t\r\n\ufeff\x00"
        self._soft = dict.fromkeys(map(ord, soft))
        self._soft_run = re.compile(f"[{re.escape(soft)}]*+")
        self._sure = -1
        self._sure_of = -1
        self._found: tuple[int, str] | None = None

    def peek(self, before: int | None = None) -> tuple[int, str] | None:
        """Position and tag of the next one; None where nothing that begins before that position can be one."""
        if self._found is None:
            self._found = self._search(before)
        return self._found

    def take(self, before: int | None = None) -> tuple[int, str] | None:
        """As `peek`, and go on behind it."""
        found = self.peek(before)
        self._found = None
        return found

    def _search(self, before: int | None) -> tuple[int, str] | None:
        window = self._window
        while True:
            window.anchor = self._position if self.floor is None else self.floor
            sure = self._judge_end()
            horizon = len(window.text) if before is None else self._horizon(before - window.base)
            match = None
            if sure > self._position:
                match = self._pattern.search(window.text, self._position - window.base, horizon)
            if match is not None and window.base + match.start() < sure:
                start = window.base + match.start()
                self._position = window.base + match.end()
                if match["tag"] is None:
                    return start, match[0]
                if not is_released(window, start, self._release):
                    return window.base + match.start("tag"), match["tag"].upper()
                continue
            self._position = max(self._position, sure if before is None else min(sure, before))
            if window.is_whole or (before is not None and self._position >= before):
                return None
            window.extend()

    def _horizon(self, before: int) -> int:
        """How far in the window one must look for what begins before that position: a tag may stand behind blanks, and
        its separator behind others. Without it a file of rubbish would be searched to its end from each tag on."""
        for _ in range(2):
            run = self._soft_run.match(self._window.text, before)
            before = (run.end() if run else before) + _MARGIN
        return before

    def _judge_end(self) -> int:
        """The position before which a match, or none, says the same of the whole text as of what has been read.

        From a terminator the pattern looks over any number of blanks to a tag, over more blanks to a separator. So
        when some visible characters stand in the margin, nothing that begins before it can have looked beyond it.
        """
        window = self._window
        if window.is_whole:
            return window.end + 1
        if self._sure_of != window.end:
            self._sure_of = window.end
            margin = window.slice(window.end - _MARGIN, window.end)
            if self._is_visible(margin) or (
                window.end - self._position > _MOST_BLANKS
                and not self._is_visible(window.slice(window.end - _MOST_BLANKS, window.end))
            ):
                self._sure = window.end - _MARGIN
        return self._sure

    def _is_visible(self, text: str) -> bool:
        return len(text.translate(self._soft)) >= 8


def is_released(window: TextWindow, position: int, release: str | None) -> bool:
    """True where an odd number of release characters stands before that position."""
    if release is None:
        return False
    text, last = window.text, position - window.base
    count = 0
    while last > count and text[last - count - 1] == release:
        count += 1
    return count % 2 == 1


def segment_end(window: TextWindow, start: int, delimiters: Delimiters) -> int:
    """Where a service segment ends, its terminator included; the end of its line or of the text without one."""
    limit = start + _LONGEST_SERVICE_SEGMENT
    window.reach(limit + 1)
    text, base = window.text, window.base
    position = start - base
    while True:
        position = text.find(delimiters.segment, position, limit - base)
        if position < 0:
            break
        if not is_released(window, base + position, delimiters.release):
            return base + position + 1
        position += 1
    if limit >= window.end:
        return base + len(text.rstrip(BLANK)) if window.end - start < _LONGEST_SERVICE_SEGMENT else window.end
    line = text.find("\n", start - base, limit - base)
    return base + line if line > 0 else limit


# ISA has 106 characters and UNB may reach 300. A bound keeps a file without terminators from being searched to its
# end again and again.
_LONGEST_SERVICE_SEGMENT = 1024


# X12's service segments in the terms of EDIFACT's: the two envelopes have the same parts.
SAME_AS = {"ISA": "UNB", "GS": "UNG", "ST": "UNH", "SE": "UNT", "GE": "UNE", "IEA": "UNZ"}


def read_one(window: TextWindow, start: int, end: int, tag: str, delimiters: Delimiters) -> Segment:
    """The service segment between two positions."""
    segments = read_segments(window.slice(start, end), delimiters)
    return segments[0] if segments else Segment(tag, 0, len(tag), tag, delimiters)
