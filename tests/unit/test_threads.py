"""Several threads compile at once, each in a process of its own: what goes wrong here may end the process."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, threading
import udf
from tests.small_messages import activity, sales, stock

def write(number):
    item, quantity = f"40063813339{number % 90 + 10}", number % 500 + 1
    kind = number % 3
    if kind == 0:
        return sales(f"LIN+1++{item}:SA QTY+153:{quantity}"), quantity
    if kind == 1:
        return activity(f"LIN**UP*{item[:12]} ZA*QS*{quantity}*EA"), quantity
    return stock(f"LIN+1++{item}:SA QTY+145:{quantity} LIN+2++{item}9:SA QTY+145:{quantity}"), quantity

def work(worker):
    try:
        together.wait()
        for round in range(ROUNDS):
            written = [write(1000 * worker + 17 * round + n) for n in range(5)]
            said = {"sender": f"partner {(worker + round) % 5}"}
            texts = [text for text, _ in written]
            if (worker + round) % 2:
                found = udf.compile_batch(texts, [said] * 5)
            else:
                found = [udf.compile_edi(text, said) for text in texts]
            for (text, quantity), outcome in zip(written, found, strict=True):
                stated = {line.quantity for line in outcome.document.lines} if outcome.document else set()
                right.append(outcome.is_complete and stated == {quantity})
    except BaseException as error:
        failed.append(error)

WORKERS, ROUNDS = 8, 8
together, right, failed = threading.Barrier(WORKERS), [], []
threads = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failed:
    raise failed[0]
print(len(right), sum(right))
"""


@pytest.mark.parametrize("attempt", range(2))
def test_eight_threads_get_the_right_outcomes_from_the_first_call_on(attempt: int, clone: Path) -> None:
    # Nothing is loaded yet: all eight ask for the model at once.
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", PROGRAM], cwd=clone, capture_output=True, encoding="utf-8"
    )
    assert (done.returncode, done.stdout) == (0, "320 320\n"), done.stderr[-2000:]
