"""Who has called, how often and with what result: counters in a small file of the server's, a place for each session.

A table would not do: writing to one takes longer than a call, is refused in a read-only transaction, on a standby and
in a parallel worker, and is taken back with the transaction, although the call has been made. So a session counts in
memory and writes its counters, one hour and role at a time, over its own 112 bytes of
`pg_stat/tillroll_calls.<database>`: three microseconds, no lock, nothing to roll back. Whoever reads adds them up.
Counting never fails a call: where the file cannot be written, nothing is counted.
"""

import fcntl
import operator
import os
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

FIELDS = (
    "calls", "messages", "lines", "rejected_lines", "refused_messages", "attempts",
    "by_plan", "by_model", "by_both", "interrupted_calls", "microseconds", "characters",
)  # fmt: skip
"""What is counted, each an unsigned integer of 64 bits."""

HOURS_KEPT = 24 * 30
_RECORD = struct.Struct(f"<IIQ{len(FIELDS)}Q")
_SIZE = _RECORD.size


class Tally:
    """The counters of one session; `folder` is where the server keeps its statistics."""

    def __init__(self, database: int, pid: int, folder: Path = Path("pg_stat")) -> None:
        self.path = folder / f"tillroll_calls.{database}"
        self._pid = pid
        self._file: int | None = None
        self._places: dict[tuple[int, int], tuple[int, list[int]]] = {}

    def add(self, role: int, counts: Sequence[int]) -> None:
        """Add to the counters of this hour and role, in the order of `FIELDS`."""
        hour = int(time.time()) // 3600
        try:
            offset, counters = self._places.get((role, hour)) or self._take_place(role, hour)
            counters[:] = map(operator.add, counters, counts)
            assert self._file is not None
            os.pwrite(self._file, _RECORD.pack(role, self._pid, hour, *counters), offset)
        except OSError:
            pass

    def look(self) -> None:
        """Begin anew where the file has been removed: the functions were uninstalled, and stand again."""
        if self._file is not None and os.fstat(self._file).st_nlink == 0:
            self.close()

    def close(self) -> None:
        """Let go of the file; the next call opens it anew."""
        if self._file is not None:
            os.close(self._file)
        self._file = None
        self._places = {}

    def _take_place(self, role: int, hour: int) -> tuple[int, list[int]]:
        """A place in the file: of a session that has ended, for the same hour and role or long ago, else a new one."""
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            offset, counters = self._find_place(role, hour)
            os.pwrite(self._file, _RECORD.pack(role, self._pid, hour, *counters), offset)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._places = {key: place for key, place in self._places.items() if key[1] == hour}
        self._places[role, hour] = (offset, counters)
        return offset, counters

    def _find_place(self, role: int, hour: int) -> tuple[int, list[int]]:
        assert self._file is not None
        forgotten: int | None = None
        end = 0
        for number, (its_role, pid, its_hour, *counters) in enumerate(_read(self._file)):
            end = (number + 1) * _SIZE
            if (its_role, its_hour) == (role, hour):
                if pid == self._pid or not _is_alive(pid):
                    return number * _SIZE, counters
            elif its_hour < hour - HOURS_KEPT and not _is_alive(pid):
                forgotten = number * _SIZE
        return end if forgotten is None else forgotten, [0] * len(FIELDS)


def read_tally(path: Path) -> Iterator[tuple[int, ...]]:
    """Role, hour since 1970 and the counters of `FIELDS`, one row for each session; nothing where none has called."""
    with suppress(FileNotFoundError):
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            for role, _, hour, *counters in _read(file):
                yield role, hour, *counters
        finally:
            os.close(file)


def _read(file: int) -> Iterator[tuple[int, ...]]:
    content = os.pread(file, os.fstat(file).st_size, 0)
    yield from _RECORD.iter_unpack(content[: len(content) // _SIZE * _SIZE])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
