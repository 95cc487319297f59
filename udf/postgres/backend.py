"""What a PostgreSQL backend knows of itself, and how it ends our work.

Python code that a backend runs is deaf: PostgreSQL only looks whether a statement has been cancelled, has timed out or
lost its client when control comes back to it. So while we work, a timer interrupts Python every few milliseconds of
processor time, between two bytecodes wherever it is, and a handler looks at the flags that PostgreSQL's own signal
handlers set. The compiler need not know of it, and no thread is started.

The flags, the role and the settings are read from the backend's memory (its symbols are exported for extensions): that
takes a microsecond, where a query through SPI takes fifty and, before PostgreSQL 17, fails in a parallel worker.
"""

import ctypes
import os
import re
import signal
from types import FrameType, TracebackType

# Processor time between two looks. A cancel is then noticed within 10 ms, or the longest call into C: one decode.
_PERIOD = 0.01
_TICKS_TO_CLEAN_UP = 10
# In the order of their headers: a statement to be cancelled, a session to be ended, a client that has gone.
_FLAGS = ("QueryCancelPending", "ProcDiePending", "ClientConnectionLost")

_UNITS = {"": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
_SIZE = re.compile(r"\s*([0-9]{1,12})\s*([a-z]{0,2})\s*", re.IGNORECASE)


class Interrupted(BaseException):
    """PostgreSQL wants the statement to end. No Exception, so that nothing that catches errors swallows it."""


class Backend:
    """The process that we are a guest of."""

    def __init__(self) -> None:
        process = ctypes.CDLL(None)
        self._flags = [ctypes.c_int.in_dll(process, name) for name in _FLAGS]
        self._user = process.GetUserId
        self._user.restype, self._user.argtypes = ctypes.c_uint32, ()
        self._setting = process.GetConfigOption
        self._setting.restype = ctypes.c_char_p
        self._setting.argtypes = (ctypes.c_char_p, ctypes.c_bool, ctypes.c_bool)
        self.database = int(ctypes.c_uint32.in_dll(process, "MyDatabaseId").value)
        self.pid = os.getpid()
        self._handler = self._look
        self._is_watching = False
        self._ticks_since_raised = 0

    def user(self) -> int:
        """The oid of the current role."""
        return int(self._user())

    def size_setting(self, name: bytes, default: int, most: int) -> int:
        """A setting in bytes, `4000000` or `4MB`; the default where it is not set or says something else.

        Anybody may set it for a session, as PostgreSQL has no other kind that a function could bring, so it never says
        more than `most`.
        """
        value = self._setting(name, True, False)
        if value is None:
            return default
        found = _SIZE.fullmatch(value.decode("ascii", "replace"))
        unit = _UNITS.get(found[2].lower()) if found else None
        return default if found is None or unit is None else min(int(found[1]) * unit, most)

    def is_interrupted(self) -> bool:
        """Whether PostgreSQL wants the statement to end."""
        return any(flag.value for flag in self._flags)

    def _look(self, _number: int, _frame: FrameType | None) -> None:
        # A tick may be left over from a block that has ended.
        if not self._is_watching or not self.is_interrupted():
            return
        # Once is enough, and a second time would fall among those who clean up; but where Python has to ignore an
        # exception (in a finaliser), the first was for nothing.
        self._ticks_since_raised += 1
        if self._ticks_since_raised % _TICKS_TO_CLEAN_UP == 1:
            raise Interrupted

    def __enter__(self) -> "Backend":
        """Within the block, Python ends with Interrupted soon after PostgreSQL wants it to."""
        if self.is_interrupted():
            raise Interrupted
        self._ticks_since_raised = 0
        self._is_watching = True
        # The handler stays for as long as the process lives: a timer that met none would kill it.
        if signal.getsignal(signal.SIGVTALRM) is not self._handler:
            signal.signal(signal.SIGVTALRM, self._handler)
        signal.setitimer(signal.ITIMER_VIRTUAL, _PERIOD, _PERIOD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()

    def rest(self) -> None:
        """Look no more. Who has caught Interrupted says so again: it may fall where a block begins or ends."""
        self._is_watching = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
