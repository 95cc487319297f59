"""Where calls are served: work is done for a session while PostgreSQL may end it at any moment."""

import gc
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from udf.postgres.backend import Backend, Interrupted

# Characters that are compiled in some tens of milliseconds even when every line is new to the model. To watch over so
# few costs more than it is worth: an armed timer took a tenth of a short call's time.
_SHORT = 500

Served = TypeVar("Served")


class Session:
    """A database session and its compiler. `plpy` is PL/Python's own module."""

    def __init__(self, plpy: Any, backend: Backend) -> None:
        self.plpy = plpy
        self.backend = backend
        self._compiler: Any = None
        self._worker: Any = None
        self._unload: Callable[[], None] = lambda: None
        self._left_behind: BaseException | None = None

    def versions(self) -> tuple[str, str]:
        """Compiler version and model version."""
        import udf

        return udf.compiler_version(), udf.model_version()

    def load(self) -> Any:
        """The session's compiler."""
        if self._compiler is None:
            from udf.compiler import load_compiler

            self._compiler = load_compiler()
            self._unload = load_compiler.cache_clear
            gc.freeze()
        return self._compiler

    def load_worker(self) -> Any:
        """The compiler of what Bronze holds: with what is decided for its senders, and plans that are stored.

        Callers may claim any sender. What they ask is compiled without that, and teaches others.
        """
        if self._worker is None:
            from udf.compiler import Compiler
            from udf.plans.book import PlanBook
            from udf.standards.reference import Reference

            asked, reference = self.load(), Reference()
            self._worker = Compiler(asked.engine, reference, asked.model_version, plans=PlanBook(reference))
        return self._worker

    def close(self) -> None:
        """Give the compiler back; the next call loads one anew. Needed after Interrupted, which may have fallen between
        any two bytecodes and left this one half-way."""
        compiler, self._compiler, self._worker = self._compiler, None, None
        if compiler is not None:
            self._unload()
            compiler.engine.close()

    def serve(self, characters: int, work: Callable[[], Served], compiles: bool = True) -> Served:
        """What `work` gives; meanwhile PostgreSQL may end it.

        `characters` is how much work it will be: a little is over before PostgreSQL could be kept waiting. `compiles`
        where it needs the compiler.
        """
        if self._left_behind is not None:
            self._clear_up()
        # A pass of the collector over the objects of a large message would be a second in which nothing can end us;
        # what a message leaves behind is freed by counting references.
        gc.disable()
        try:
            # Not while llama.cpp is being loaded: half a library could not be loaded again.
            if compiles:
                self.load()
            if characters <= _SHORT:
                return work()
            with self.backend:
                return work()
        except Interrupted as error:
            self.backend.rest()
            self.close()
            # Its traceback holds on to everything that was being made. To free that takes longer than a person may have
            # to wait who has cancelled, and so does a look through it for garbage: the next call does both.
            self._left_behind = error
            gc.freeze()
            self._end()
        finally:
            gc.enable()

    def _clear_up(self) -> None:
        """Free what an interrupted call has left behind."""
        self._left_behind = None
        gc.unfreeze()
        gc.collect()

    def _end(self) -> NoReturn:
        """Let PostgreSQL say in its own words why the statement ends."""
        self.plpy.execute("select")
        self.plpy.error("The statement has been interrupted.", sqlstate="57014")
        raise AssertionError
