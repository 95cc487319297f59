"""llama.cpp's low-level calls, and nothing else of their package.

The package's `__init__` brings chat formats, grammars, a cache and jinja: half of what the first outcome of a process
had to wait for (60 ms of imports; the calls alone take 13, November 2026).
"""

import importlib
import importlib.util
import sys
import typing
from types import ModuleType

_PARTS = ("llama_cpp.llama_cpp", "llama_cpp._ggml")


def load_low_level() -> list[ModuleType]:
    """The calls of llama.cpp and of ggml below it; who imports llama_cpp later still gets the whole package."""
    if "llama_cpp" in sys.modules or _PARTS[0] in sys.modules:
        return [importlib.import_module(part) for part in _PARTS]
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError("llama-cpp-python is not installed", name="llama_cpp")
    # A package that has begun to be imported is not executed again for its parts.
    shell = ModuleType("llama_cpp")
    shell.__path__ = list(spec.submodule_search_locations)
    # All that the calls want of typing_extensions stands in typing as well, and to import it takes 2 ms.
    parts = {"llama_cpp": shell, "typing_extensions": sys.modules.get("typing_extensions", typing)}
    before = {name: sys.modules.get(name) for name in parts}
    sys.modules |= parts
    try:
        return [importlib.import_module(part) for part in _PARTS]
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


llama_cpp, ggml = load_low_level()
