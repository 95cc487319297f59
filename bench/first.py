"""The first outcome of a process: ``python -m bench.first MODEL`` reads a message and prints its outcome."""

import sys
from pathlib import Path

from bench.run import make_compiler

if __name__ == "__main__":
    compiler, _ = make_compiler(Path(sys.argv[1]))
    print(compiler.compile_batch([sys.stdin.read()])[0].model_dump_json())
