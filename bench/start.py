"""From the start of a process to its first outcome: imports, tables, model and one message of one line."""

import random
import statistics
import subprocess
import sys
import time
from typing import Any

from bench.clock import ROUNDS, milliseconds
from bench.partners import HABITS, draw_partner, wrap, write_messages
from bench.run import CLONE, SEED, Run
from udf.contract import Outcome, dump_document


def measure(run: Run) -> dict[str, Any]:
    """A fresh process each time, until its outcome has been read; the files are in the system's cache."""
    run.tell("the first outcome of a process")
    partner = draw_partner(random.Random(SEED), 1, next(iter(HABITS)))
    messages = list(write_messages(SEED, partner, 1, 1))
    text = wrap(partner, messages).decode()
    seconds = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        answer = subprocess.run(
            [sys.executable, "-m", "bench.first", run.model.resolve()], cwd=CLONE, input=text, stdout=subprocess.PIPE,
            encoding="utf-8", check=True,
        )  # fmt: skip
        seconds.append(time.perf_counter() - began)
        outcome = Outcome.model_validate_json(answer.stdout)
        document = dump_document(outcome.document) if outcome.is_valid and outcome.document else None
        run.exactness.mark_document(document, outcome.is_complete, messages[0])
    return {"ms_first_call": milliseconds(statistics.median(seconds[1:]))}  # the first fills the cache
