"""How much a call through SQL may ask for and get back: settings in bytes, and what is said where they are passed."""

from typing import NamedTuple

from udf.outcome import Problem
from udf.postgres.backend import Backend


class Limit(NamedTuple):
    """A setting `tillroll.max_<name>_bytes`: what holds where it is not set, and the most that it may say."""

    name: str
    default: int
    most: int

    def read(self, backend: Backend) -> int:
        """What holds in this session."""
        return backend.size_setting(f"tillroll.max_{self.name}_bytes".encode(), self.default, self.most)


# Like work_mem they are for any caller to raise, who pays with memory and time of a session; no further than what the
# compiler reads of one message anywhere, and what PostgreSQL holds in one value.
MESSAGE = Limit("message", 16 << 20, 64 << 20)
INTERCHANGE = Limit("interchange", 256 << 20, 1 << 30)
# PostgreSQL makes 25 to 30 MB of jsonb in a second (November 2026), and hears of no cancel meanwhile: 4 MB, some 6,000
# lines, take less than the 200 ms that one may have to wait. To put the value together from lines that are jsonb
# already would help little: that copy, as deaf, took 0.65 to 0.9 of the time.
# While one value is made of it, the session holds it some twenty times over: 180 MB for 4 MB, 420 MB for 16 MB.
OUTCOME = Limit("outcome", 4 << 20, 16 << 20)


def measure(text: str, limit: int) -> int:
    """Bytes of the text; its characters where those are too many already, or too few to matter."""
    return len(text) if len(text) > limit or 4 * len(text) <= limit else len(text.encode())


def describe_excess(what: str, size: int, limit: int, setting: Limit) -> Problem:
    """The problem of a file or a message that is too large to be looked at."""
    detail = f"The {what} has {size} bytes or more, and tillroll.max_{setting.name}_bytes is {limit}."
    return Problem(code="message-too-large", severity="error", detail=detail)


def describe_long_outcome(size: int, limit: int) -> Problem:
    """The problem of a message whose outcome is too large to be one value."""
    detail = (
        f"The outcome has {size} bytes or more, and tillroll.max_outcome_bytes is {limit}: while one value is made "
        "of it, nothing can be cancelled. udf.lines and udf.problems give it row by row."
    )
    return Problem(code="outcome-too-large", severity="error", detail=detail)
