"""The machine and the programs that the figures are of."""

import hashlib
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any


def describe_machine() -> dict[str, Any]:
    """Cores that may be used, the processor's name, memory, load, and versions of what does the work."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "llama_cpp_python": version("llama-cpp-python"),
        "threads": int(os.environ.get("TILLROLL_THREADS", "1")),
    }


def describe_model(model: Path) -> dict[str, Any]:
    """The model's file: name, size and the first twelve characters of its SHA-256, as outcomes name it."""
    data = model.read_bytes()
    return {"file": model.name, "mb": round(len(data) / 1e6, 3), "version": hashlib.sha256(data).hexdigest()[:12]}


def peak_megabytes() -> float:
    """The most memory this process has held.

    Linux's VmHWM, since getrusage's ru_maxrss begins with what the parent held when it made this process.
    """
    status = Path("/proc/self/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
