"""llama.cpp's calls come without the rest of their package, which whoever wants it still gets whole."""

import subprocess
import sys
from pathlib import Path

import pytest


def run(program: str, clone: Path) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=clone, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


def test_the_calls_come_without_chat_formats_and_what_those_need(clone: Path) -> None:
    program = (
        "import sys, udf.engines.bindings as found; assert found.llama_cpp.llama_decode and found.ggml.libggml;"
        "print(*{'llama_cpp.llama', 'llama_cpp', 'jinja2', 'diskcache', 'numpy.random'} & set(sys.modules))"
    )
    assert run(program, clone) == ""


@pytest.mark.parametrize("order", ["from udf.engines import bindings; import llama_cpp",
                                   "import llama_cpp; from udf.engines import bindings"])  # fmt: skip
def test_the_whole_package_is_there_for_whoever_imports_it_before_or_after(order: str, clone: Path) -> None:
    program = (
        f"{order}; assert llama_cpp.Llama and llama_cpp.llama_decode is bindings.llama_cpp.llama_decode; print('both')"
    )
    assert run(program, clone) == "both"


def test_a_missing_package_has_a_name(clone: Path) -> None:
    program = """
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "llama_cpp" else found(name, *rest)
try:
    import udf.engines.bindings
except ModuleNotFoundError as error:
    print(error.name, error)
"""
    assert run(program, clone) == "llama_cpp llama-cpp-python is not installed"
