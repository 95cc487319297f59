"""The tiny compiler, the LoRA specialist and the untuned base on the same messages of one line: ms, tokens, memory."""

import json
import subprocess
import sys
from typing import Any

from bench.exactness import InexactError, Tally
from bench.reader import READERS
from bench.run import CLONE, Run

MESSAGES = 3
"""The larger models take half a minute for each."""


def measure(run: Run) -> dict[str, Any]:
    """`readers` by name. A larger model may be wrong, and its row says so; the tiny one must not.

    The larger ones answer in JSON under the contract's grammar, through the same compiler and gatekeeper.
    """
    found = {}
    for name in READERS:
        run.tell(f"{MESSAGES} messages of one line by the {name}")
        command = [sys.executable, "-m", "bench.reader", name, str(run.model.resolve()), str(MESSAGES)]
        found[name] = json.loads(subprocess.run(command, cwd=CLONE, stdout=subprocess.PIPE, check=True).stdout)
    tiny = found[READERS[0]]
    run.tally.add(Tally(*(tiny[name] for name in ("messages", "lines", "exact", "refused", "wrong"))))
    if tiny["exact"] < MESSAGES:
        raise InexactError(f"the tiny compiler read {tiny['exact']} of {MESSAGES} messages exactly")
    return {"readers": found}
