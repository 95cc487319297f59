"""A text that is read piece by piece and of which only a window is held, so that a file need not fit into memory."""

import re
from collections.abc import Iterable

from udf.edi.search import find_each

# What is kept before the window: enough to see whether a delimiter is released, or what stands before a tag.
LOOKBACK = 4096
# A message longer than this is refused; of what is longer, only the beginning is kept.
MOST_HELD = 50_000_000
BEGINNING_LENGTH = 1 << 16


class TextWindow:
    """Text whose characters are counted from its beginning, however many of them have been let go again.

    `anchor` is the position from which all text must stay readable, and is never ahead of what has been read. The text
    from `held` on is kept besides, up to `MOST_HELD` characters; beyond that `torn` is its beginning.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self.text = ""
        self.base = 0
        """Position of the first character of `text`."""
        self.is_whole = False
        """Everything has been read."""
        self.anchor = 0
        self.held = 0
        self.torn: str | None = None

    @property
    def end(self) -> int:
        """How far it has been read."""
        return self.base + len(self.text)

    def hold(self, position: int) -> None:
        """Keep the text from that position on."""
        self.held = position
        self.torn = None

    def extend(self) -> bool:
        """Read one more piece and let go what is not needed; False where there is none."""
        if self.is_whole:
            return False
        if self.torn is None and self.end - self.held > MOST_HELD:
            self.torn = self.slice(self.held, self.held + BEGINNING_LENGTH)
        floor = (self.anchor if self.torn is not None else min(self.anchor, self.held)) - LOOKBACK
        piece = next(self._pieces, None)
        if piece is None:
            self.is_whole = True
            return False
        if floor > self.base:
            self.text = self.text[floor - self.base :] + piece
            self.base = floor
        else:
            self.text += piece
        return True

    def reach(self, position: int) -> None:
        """Read until the character before that position is there, or everything is read."""
        while self.end < position and self.extend():
            pass

    def slice(self, start: int, end: int) -> str:
        return self.text[max(0, start - self.base) : max(0, end - self.base)]

    def take(self, end: int) -> str:
        """The held text up to that position, or its beginning where it is too long to be held."""
        if self.torn is None and end - self.held > MOST_HELD:
            self.torn = self.slice(self.held, self.held + BEGINNING_LENGTH)
        return self.slice(self.held, end) if self.torn is None else self.torn

    def search(self, pattern: re.Pattern[str], position: int, margin: int) -> re.Match[str] | None:
        """The first match from that position on that begins `margin` characters before the end of what is read.

        A pattern that looks no further ahead than the margin finds there what it would find in the whole text.
        """
        match = next(find_each(pattern, self.text, position - self.base), None)
        if match is not None and (self.is_whole or self.base + match.start() < self.end - margin):
            return match
        return None
