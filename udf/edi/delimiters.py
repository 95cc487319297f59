"""The characters that structure a message, found from the message alone, since one in Bronze has lost its UNA or ISA.

The element separator is what follows UNH or ST, the component separator is what stands in UNH's second element, and the
terminator is what precedes the tags that the reader knows (a vote over the first of them, so that one damaged place
decides nothing). A UNA is believed where the message agrees with it.
"""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import Literal

from udf.edi.search import find_each
from udf.edi.tags import EDIFACT_TAGS, X12_TAGS

_BLANKS = " \t\r\n\v\f\x85\xa0\ufeff"
NEWLINES = "\r\n"
DROP_NEWLINES = {ord(character): None for character in NEWLINES}

# X12 names its component separator in ISA16 alone, which a message in Bronze has lost. Splitting a description at a
# guessed ":" or ">" would tear it, so unless a unit (C001: 355, 1018) shows it, the separator is then the control
# character that X12.6 reserves for the purpose and that no text contains.
_NO_COMPONENT = "\x1f"

# The vote over terminators stops here: a thousand votes say no more than sixty-four, and who has not come by the second
# megabyte is not waited for, as a search of all that is possible takes seconds.
_VOTES = 64
_VOTERS = 2_000_000
_FEW = 4


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that structure a message; None where the syntax has none."""

    standard: Literal["EDIFACT", "X12"]
    segment: str
    element: str
    component: str
    release: str | None = None
    repetition: str | None = None
    decimal: str | None = None
    blanks: str = field(init=False, repr=False, compare=False)
    """The characters trimmed around segments and components: no delimiter is ever one of them."""

    def __post_init__(self) -> None:
        used = self.segment + self.element + self.component + (self.release or "")
        object.__setattr__(self, "blanks", "".join(character for character in _BLANKS if character not in used))


def unescape(raw: str, release: str | None) -> str:
    """The value of raw characters: wraps dropped, each release character resolved; a lone one at the end stays."""
    if "\n" in raw or "\r" in raw:
        raw = raw.translate(DROP_NEWLINES)
    if release is None or release not in raw:
        return raw
    return _released(release).sub(lambda match: match.group(1), raw)


@lru_cache(maxsize=64)
def _released(release: str) -> re.Pattern[str]:
    return re.compile(re.escape(release) + "(.)", re.DOTALL)


@lru_cache(maxsize=64)
def _released_across_wraps(release: str, newline_terminates: bool) -> re.Pattern[str]:
    wraps = "" if newline_terminates else r"[\r\n]*"
    # A newline is never released: as a terminator because `WHAT?` at a line's end means a question mark, as a wrap
    # because it is no data and the release character is meant for what follows it.
    return re.compile(re.escape(release) + wraps + r"[^\r\n]")


def mask_released(text: str, delimiters: Delimiters) -> str:
    """The text, of the same length, with every released character and its release replaced by one that is no delimiter.

    After it a plain split finds the true delimiters.
    """
    release = delimiters.release
    if release is None or release not in text:
        return text
    pattern = _released_across_wraps(release, delimiters.segment in NEWLINES)
    stand_in = "\ue000"
    if stand_in in text:
        used = set(text)
        stand_in = next(chr(code) for code in range(0xE000, 0x110000) if chr(code) not in used)
    pair = stand_in * 2
    return pattern.sub(lambda match: pair if match.end() - match.start() == 2 else stand_in * len(match[0]), text)


def delimiters_of_una(una: str) -> Delimiters | None:
    """The delimiters that a service string announces, `UNA:+.? '` or its six characters; None where it is garbled.

    Five characters are taken for a string that lost its reserved blank.
    """
    body = una[3:] if una[:3].upper() == "UNA" else una
    visible = body.rstrip("\r\n")
    if len(visible) == 5:
        body = visible + "\n" if visible[4] == " " else visible[:4] + " " + visible[4]
    if len(body) < 6:
        return None
    component, element, decimal, release, reserved, segment = tuple(body[:6])
    structural = (component, element, segment)
    if len(set(structural)) < 3 or any(character.isalnum() or character in " \t" for character in structural):
        return None
    if component in NEWLINES or element in NEWLINES or release in structural or release.isalnum():
        return None
    return Delimiters(
        standard="EDIFACT",
        segment=segment,
        element=element,
        component=component,
        release=None if release in _BLANKS else release,
        repetition=reserved if _may_delimit(reserved, release, *structural) else None,
        decimal=decimal if decimal in ".," else None,
    )


def _may_delimit(character: str, *others: str) -> bool:
    return not character.isalnum() and character not in " \t\r\n" and character not in others


# Control characters are separators in UNOB and in some X12 files, and \s would take them for blanks.
_SEPARATOR = r"([^A-Za-z0-9 \t\r\n])"
_LEAD = r"[\ufeff \t\r\n]*+"
_UNA = re.compile(r"[\ufeff \t\r\n\"']*+UNA(.{4,8}?)[ \t\r\n]*+(?=UN[BGH][^A-Za-z0-9])", re.DOTALL | re.IGNORECASE)
_UNH = r"UNH[ \t\r\n]*+" + _SEPARATOR + r"([\s\S]{0,60}?)\1((?:[ \t\r\n]*+[A-Za-z]){6})[ \t\r\n]*+" + _SEPARATOR
_UNH_ANY_CASE = re.compile(_UNH, re.IGNORECASE)
# The others are compiled by the first message that asks for them, and kept by `re`: together they took 3 milliseconds
# of a session's first call, and few messages need more than one.
_BOM = "\ufeff*"
_UNB = _LEAD + r"UN[BG]" + _SEPARATOR + r"\w{1,6}" + _SEPARATOR
_ISA = _LEAD + "ISA" + _SEPARATOR
_ST = r"ST[ \t\r\n]*+" + _SEPARATOR + r"[ \t\r\n]*+[0-9]{3}[ \t\r\n]*+\1"
_FIRST_TAG = _LEAD + "([A-Z][A-Z0-9]{1,2})" + _SEPARATOR
_CONTROL_NUMBER = "[A-Za-z0-9 ]{1,40}([^A-Za-z0-9 ])"

# UNH, UNB and ISA stand at the front; only a text with rubbish before them is searched as a whole.
_HEAD = 4096
# A text with so many beginnings of an UNH that are none is rubbish from end to end.
_FRUITLESS = 10_000


def _match(pattern: str, text: str) -> re.Match[str] | None:
    """At the front of the text, in whatever case."""
    return re.match(pattern, text, re.IGNORECASE)


def find_una(text: str) -> str | None:
    """The service string at the front of the text as sent, `UNA:+.? '`; None where there is none."""
    match = _UNA.match(text)
    if match is None:
        return None
    body = text[match.start(1) : match.start(1) + 6] if len(match[1]) == 4 else match[1][:6]  # the search is lazy
    visible = body.rstrip("\r\n")
    return "UNA" + (body if len(visible) != 5 else visible + "\n" if visible[4] == " " else visible)


def skip_una(text: str) -> int:
    """Where the segments begin: after a BOM, and after a UNA whatever it holds."""
    match = _UNA.match(text) or re.match(_BOM, text)
    return match.end() if match else 0


def find_delimiters(text: str, una: str | None = None) -> Delimiters | None:
    """The delimiters of a message, found in the text alone, or in `una` where the text agrees with it.

    None where the text is no EDIFACT and no X12 message. Never raises.
    """
    una = find_una(text) or una
    return _edifact(text, una) or _x12(text, _match(_ISA, text) or _match(_LEAD + _ST, text)) or _fragment(text, una)


def announce(delimiters: Delimiters | None, una: str | None) -> Delimiters | None:
    """Take over the release character that the interchange's UNA announced; everything else the message shows."""
    if delimiters is None or delimiters.standard != "EDIFACT" or not una or len(una) < 9:
        return delimiters
    if una[3] != delimiters.component or una[4] != delimiters.element:
        return delimiters
    return Delimiters(
        "EDIFACT", delimiters.segment, delimiters.element, delimiters.component,
        None if una[6] == " " else una[6], delimiters.repetition, una[5],
    )  # fmt: skip


def _edifact(text: str, una: str | None) -> Delimiters | None:
    unh = _UNH_ANY_CASE.search(text[:_HEAD])
    unb = None if unh else re.compile(_UNB, re.IGNORECASE).match(text, skip_una(text))
    if unb is not None:
        return _announced_or_voted(text, una, unb.group(1), unb.group(2))
    unh = unh or _find_unh(text)
    return _announced_or_voted(text, una, unh.group(1), unh.group(4)) if unh else None


def _find_unh(text: str) -> re.Match[str] | None:
    """The first UNH, wherever it stands; one by one, since nobody can end a search through megabytes meanwhile."""
    tags = islice(find_each(re.compile("UNH"), text), _FRUITLESS)
    whole = re.compile(_UNH)
    return next((match for tag in tags if (match := whole.match(text, tag.start()))), None)


def _announced_or_voted(text: str, una: str | None, element: str, component: str) -> Delimiters:
    announced = delimiters_of_una(una) if una else None
    votes = _votes(text, EDIFACT_TAGS, element)
    if announced is not None and announced.element == element:
        if not votes or 2 * votes[announced.segment] >= max(votes.values()):
            return announced
        return replace(announced, segment=_winner(votes))
    segment = _winner(votes) if votes else "'"
    if component in (element, segment):  # `UNH+1+SLSRPT'BGM…`: no version, so what follows the type is the terminator
        component = next(character for character in (":", _NO_COMPONENT, "\x1e") if character not in (element, segment))
    release = "?" if "?" not in (element, component, segment) else None
    return Delimiters("EDIFACT", segment, element, component, release)


def _x12(text: str, start: re.Match[str] | None) -> Delimiters | None:
    if start is None:
        return None
    element = start.group(1)
    votes = _votes(text, X12_TAGS, element)
    if votes:
        segment = _winner(votes)
    else:
        after = re.compile(_CONTROL_NUMBER).match(text, start.end())
        segment = after.group(1) if after and after.group(1) != element else "\n" if element == "~" else "~"
    component, repetition = next(c for c in (_NO_COMPONENT, "\x1e", "\x1d") if c not in (element, segment)), None
    if found := _composite_unit(element, segment).search(text):
        component = found[1]
    if _match(_ISA, text):
        fields = text[:_HEAD].split(element, 17)
        if len(fields) > 16 and _may_delimit(fields[16][:1] or " ", element, segment):
            component = fields[16][0]
        if len(fields) > 11 and len(fields[11].strip()) == 1 and _may_delimit(fields[11].strip(), element, segment):
            repetition = fields[11].strip()
    return Delimiters("X12", segment, element, component, None, None if repetition == component else repetition)


@lru_cache(maxsize=64)
def _composite_unit(element: str, segment: str) -> re.Pattern[str]:
    """A unit with its exponent, `QTY*QH*100*EA>1` or `UIT*EA>1`, and between them the component separator."""
    no = f"[^{re.escape(element + segment)}]*+"
    at, between = re.escape(element), "([" + re.escape("".join(set(">:<^|\\") - {element, segment})) + "])"
    return re.compile(f"(?:QTY{at}{no}{at}{no}|UIT){at}[A-Z0-9]{{2}}{between}[0-9]", re.IGNORECASE)


def _fragment(text: str, una: str | None) -> Delimiters | None:
    """The delimiters of a text without a head: its first tag says what separates elements, the next ones the rest."""
    first = _match(_FIRST_TAG, text)
    tag = first.group(1).upper() if first else ""
    if first is not None and tag in EDIFACT_TAGS and (first.group(2) == "+" or tag not in X12_TAGS):
        element = first.group(2)
        if "'" not in text and not _votes(text, EDIFACT_TAGS, element):
            return None
        return _announced_or_voted(text, una, element, ":")
    if first is not None and tag in X12_TAGS and _votes(text, X12_TAGS, first.group(2)):
        return _x12(text, _match(_LEAD + tag + _SEPARATOR, text))
    for match in find_each(re.compile(_ST), text):
        if text[match.start() - 1 : match.start()] != match.group(1):  # else the ST of `N1*ST*…`
            return _x12(text, match)
    return None


def _votes(text: str, tags: frozenset[str], element: str) -> Counter[str]:
    """What precedes the known tags: a visible character, a newline, or both where the one follows the other."""
    votes: Counter[str] = Counter()
    for match in islice(find_each(_known_tags(tags, element, False), text, stop=_VOTERS), _VOTES):
        _vote(votes, text, match.start(), element)
    if votes.total() < _FEW:  # tags in lower case; what looked like one in upper case may have been a value
        for match in islice(_known_tags(tags, element, True).finditer(text[:_HEAD]), _VOTES):
            _vote(votes, text, match.start(), element)
    return votes


def _vote(votes: Counter[str], text: str, start: int, element: str) -> None:
    before = visible_before(text, start)
    gap = text[before + 1 : start]
    if before < 0 or text[before] == element:
        return
    if "\n" in gap:
        votes["\n"] += 1
    elif "\r" in gap:
        votes["\r"] += 1
    if not text[before].isalnum():
        votes[text[before]] += 1


def visible_before(text: str, position: int) -> int:
    """The index of the last character before the position that is no blank and no line end; -1 where there is none."""
    position -= 1
    while position >= 0 and text[position] in " \t\r\n\ufeff":
        position -= 1
    return position


def _winner(votes: Counter[str]) -> str:
    # `'` with CR/LF after it votes for both, and the visible character is the terminator. A newline wins where most
    # lines end in nothing but data, of which some happens to be a bracket or a full stop.
    visible = max((character for character in votes if character not in NEWLINES), key=votes.__getitem__, default="")
    return visible if visible and 2 * votes[visible] > max(votes.values()) else "\n" if votes["\n"] else "\r"


@lru_cache(maxsize=64)
def _known_tags(tags: frozenset[str], element: str, ignore_case: bool) -> re.Pattern[str]:
    pattern = "(?:" + "|".join(sorted(tags)) + ")" + re.escape(element)
    return re.compile(pattern, re.IGNORECASE if ignore_case else re.NOFLAG)
