"""A search through megabytes that PostgreSQL, or a person, may end on its way."""

import re
from collections.abc import Iterator


def find_each(
    pattern: re.Pattern[str], text: str, position: int = 0, stop: int | None = None
) -> Iterator[re.Match[str]]:
    """What `finditer` finds from a position up to `stop`, piece by piece.

    Python 3.11.2, that of Debian 12 and so of PL/Python there, hears no signal while a search finds nothing: a session
    whose message has no tag in two megabytes could not be cancelled for a second (November 2026).
    """
    last = len(text) if stop is None else min(stop, len(text))
    for start in range(position, last, _PIECE):
        behind = start + _PIECE
        limit = min(last, behind + _REACH)
        for found in pattern.finditer(text, max(start, position), limit):
            if found.start() >= behind:
                break
            # What looks ahead took the limit for the end of the text.
            match = found if limit == last else pattern.match(text, found.start(), last)
            if match is not None:
                position = match.end()
                yield match


_PIECE = 1 << 16
_REACH = 4096
"""Characters behind a piece that a match which begins in it may need."""
