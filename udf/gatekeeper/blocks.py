"""The same lines again, and one place with the sums of all others: what a message states twice over its groups."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Sequence
from decimal import Decimal
from hashlib import blake2b

from udf.edi.segments import Segment
from udf.findings import Finding
from udf.outcome import Line, Span
from udf.standards.chunks import Chunks, each_line
from udf.standards.quantities import COUNTED, are_same_unit

_ALL = 3
"""Items of a message, of each of which one place states as much as all others together: fewer may be so by chance."""
BLOCK = 2
"""Lines of a block: a single line may be sold twice."""


def find_repeated_blocks(segments: Sequence[Segment], chunks: Chunks) -> list[Finding]:
    """A group that stands a second time with its place and its lines, and lines or groups that come again in a row.

    Whether the lines were sent twice or sold twice only the partner knows. Line numbers tell two lines apart nowhere.
    """
    runs: dict[int, list[tuple[bytes, int]]] = defaultdict(list)
    names: dict[int, bytes] = {}
    for line in each_line(chunks):
        group = line.group
        runs[id(group)].append((_digest(segments, line.first, line.last), line.first))
        if group is not None and id(group) not in names:
            names[id(group)] = _digest(segments, group.first, group.last)
    blocks: dict[tuple[bytes, ...], int] = {}
    for group_id, lines in runs.items():
        contents = [content for content, _ in lines]
        if len(lines) >= BLOCK and group_id in names:
            block = (names[group_id], *contents)
            if block in blocks:
                detail = "A place stands a second time with the same lines: they may have been sent twice."
                return [Finding("repeated-block", detail, lines[0][1])]
            blocks[block] = lines[0][1]
        if comes_twice(contents):
            detail = "The lines of a place come a second time: they may have been sent twice."
            return [Finding("repeated-block", detail, lines[len(lines) // 2][1])]
    groups = [(names[at], *(content for content, _ in lines)) for at, lines in runs.items() if at in names]
    if comes_twice(groups):
        detail = "All groups come a second time: they may have been sent twice."
        return [Finding("repeated-block", detail, chunks.groups[len(groups) // 2].first)]
    return []


def find_copies(segments: Sequence[Segment], chunks: Chunks) -> set[int]:
    """The lines that stand again with all that they say, their own numbers as well.

    Under one place, or with all the lines of a place that stands again.

    A register may sell the same twice, and then each line has a number of its own; where all have one and the same, or
    none, or numbers begin anew at each place, they tell nothing.
    """
    first: dict[bytes, int] = {}
    copies: set[int] = set()
    numbers: set[str] = set()
    groups: defaultdict[int, list[tuple[str, bytes, int]]] = defaultdict(list)
    places: dict[int, bytes] = {0: b""}
    for line in each_line(chunks):
        lin = next((i for i in range(line.first, line.last) if segments[i].tag == "LIN"), None)
        number = segments[lin].value(0) if lin is not None else ""
        if not number:
            continue
        at = id(line.group) if line.group is not None else 0
        if line.group is not None and at not in places:
            places[at] = _digest(segments, line.group.first, line.group.last)
        said = _digest(segments, line.first, line.last, 0)
        numbers.add(number)
        groups[at].append((number, said, line.line))
        same = blake2b(str(at).encode() + said, digest_size=16).digest()
        if first.setdefault(same, line.line) != line.line:
            copies |= {first[same], line.line}
    if len(numbers) == 1 and sum(map(len, groups.values())) > BLOCK:
        return set()
    if len({lines[0][0] for lines in groups.values()}) > 1:
        stated: dict[tuple[bytes, ...], list[int]] = {}
        for at, lines in groups.items():
            own = [line for _, _, line in lines]
            earlier = stated.setdefault((places[at], *(said for _, said, _ in lines)), own)
            copies |= set() if earlier is own else {*earlier, *own}
    return copies


def comes_twice(parts: Sequence[Hashable]) -> bool:
    """Whether the second half of some lines or groups says what the first does; one alone may have been sold twice."""
    half, odd = divmod(len(parts), 2)
    return not odd and half >= BLOCK and list(parts[:half]) == list(parts[half:]) and len(set(parts)) > 1


def _digest(segments: Sequence[Segment], first: int, last: int, skipped: int = 1) -> bytes:
    """What some segments say, without the number of a line: a message may have a hundred thousand of them."""
    said = ((s.tag, s.elements[skipped * (s.tag == "LIN") :]) for s in map(segments.__getitem__, range(first, last)))
    return blake2b(repr(list(said)).encode("utf-8", "surrogatepass"), digest_size=16).digest()


Key = tuple[str | None, ...]
"""Item, qualifier and last day of some quantities."""


Named = tuple[str, Span | None]
"""A place, and where it is stated."""


def least_identifier(line: Line) -> str | None:
    """The least identifier of an item, whichever of them names it."""
    return min(line.item_ids.values(), default=line.item_id)


def packed_unit(line: Line) -> str | None:
    """The unit of a quantity of things that are counted; None where a receipt, a lot or a date tells it apart."""
    is_told = any(name.startswith(_TELLING) for name in line.attributes)
    return line.unit if line.measure != "unmapped" and line.unit in COUNTED and not is_told else None


_TELLING = ("reference_", "date_", "identity_")


class PlaceSums:
    """Quantities by item and place, to see whether one place has the sums of all others, and one item two units."""

    def __init__(self, parties: Collection[str]) -> None:
        """`parties` are the numbers of who sends, buys and sells: the chain as a whole, where one is a place."""
        self._parties = frozenset(parties)
        self._stated: defaultdict[tuple[Key, str | None], Counter[str]] = defaultdict(Counter)
        self._packed: dict[tuple[Key, str | None], str] = {}
        self._twice: set[str | None] = set()
        self._items: defaultdict[tuple[Key, str | None], dict[Named, list[str | None]]] = defaultdict(dict)
        """Of each code, day and unit, the items of each place in stream order."""

    def note(self, line: Line) -> None:
        """A proved line."""
        day = (line.period_end or line.as_of_date or "") and str(line.period_end or line.as_of_date)
        key = line.item_id, line.qualifier, day
        named = line.source.get("location_id")
        self.add(key, least_identifier(line), line.location_id, line.quantity, line.unit, packed_unit(line), named)

    def add(
        self, key: Key, least: str | None, place: str | None, quantity: Decimal, unit: str | None, packed: str | None,
        named: Span | None = None,
    ) -> None:  # fmt: skip
        """A quantity at a place; `packed` as of `packed_unit`.

        `least` is the least identifier of the item, since the one that names it depends on the unit; `named` is where
        the place is stated, for who knows.
        """
        if place is not None:
            self._items[key[1:], unit].setdefault((place, named), []).append(key[0])
        if quantity <= 0:
            return
        if place is not None:
            self._stated[key, unit][place] += quantity  # type: ignore[assignment]
        other = self._packed.setdefault(((least, *key[1:]), place), packed) if packed else None
        if not are_same_unit(other, packed):
            self._twice.add(least)

    def find_units(self) -> set[str | None]:
        """Items, each by its least identifier, that stand at one place in two units: one may be the other's content."""
        return self._twice

    def find_lost(self) -> str | None:
        """A place that has the items of another twice, in their order: the second time they are of one that is lost."""
        for places in self._items.values():
            halves = {half for items in places.values() if (half := half_of(items))}
            for items in places.values() if halves else ():
                if tuple(items) in halves:
                    return next(place for (place, _), twice in places.items() if half_of(twice) == tuple(items))
        return None

    def find_total(self) -> str | None:
        """The place that has, of each of its items, what all other places have together; None where there is none.

        Of a chain's own number, or of one that is written as no other, one item is enough; of any other place it takes
        two with two parts each; or three, whatever their parts, which are all of a code.
        """
        sums: Counter[str] = Counter()
        items: Counter[str | None] = Counter(key[1] for key, _ in self._stated)
        halves: Counter[tuple[str | None, str]] = Counter()
        other: set[str] = set()
        for (key, _), stated in self._stated.items():
            total = sum(stated.values(), Decimal(0))
            for place, quantity in stated.items():
                halves[key[1], place] += len(stated) > 1 and 2 * quantity == total
                if len(stated) > 2 and 2 * quantity == total:
                    sums[place] += 1
                elif len(stated) != 2 or 2 * quantity != total:
                    other.add(place)
        for (code, place), count in halves.items():
            if count == items[code] >= _ALL and len({p for c, p in halves if c == code}) > 2:
                return place
        return next((p for p, n in sums.items() if p not in other and (n > 1 or self._stands_out(p))), None)

    def _stands_out(self, place: str) -> bool:
        """Whether a place is the chain itself, or written as none of the others is, which are all written alike."""
        forms = {p: _form_of(p) for stated in self._stated.values() for p in stated}
        others = {form for p, form in forms.items() if p != place}
        return place in self._parties or (len(others) == 1 and forms[place] not in others)


def half_of(items: Sequence[str | None]) -> tuple[str | None, ...]:
    """The items of a place that stand twice in one order, several and different ones; none where they do not."""
    half, odd = divmod(len(items), 2)
    first = tuple(items[:half])
    return first if not odd and half >= BLOCK and len(set(first)) == half and first == tuple(items[half:]) else ()


def _form_of(place: str) -> tuple[bool, bool]:
    return place.isdecimal(), len(place) == _GLN


_GLN = 13
"""Digits."""
