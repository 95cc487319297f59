"""Time and memory of one message, by the model that is shipped."""

import json
import subprocess
import sys

import pytest

from tests.pace import Work, compare_times
from tests.small_messages import activity, inventory, stock
from udf.compiler import MODEL, Compiler
from udf.engines.llama import LlamaEngine

A = "4006381333931"
STORES = "".join(f"*{{0:05}}{store}*{store + 1}" for store in range(10))
PARTS = {
    "quantities with a place each": (stock, f"LIN+1++{A}:EN", "QTY+145:5:PCE LOC+18+W{0}", 1),
    "batches of a stock": (stock, f"LIN+1++{A}:EN", "QTY+145:{0}:PCE RFF+BT:{0}", 1),
    "quantities with a date each": (stock, f"LIN+1++{A}:EN", "QTY+145:5:PCE DTM+366:20260101:102 RFF+BT:{0}", 1),
    "stores of an activity": (activity, f"LIN**UP*{A} ZA*QS", f"SDQ*EA*92{STORES}", 10),
    "types of an identifier that there are not": (inventory, "", "LIN*{0}*ABC* QTY*33*1*EA", 0),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_a_line_takes_the_same_time_however_many_there_are(name: str) -> None:
    """Of four thousand a part took eight times as long as of five hundred."""
    wrap, head, part, quantities = PARTS[name]
    engine = LlamaEngine(MODEL)

    def prepare(count: int) -> Work:
        texts = count // (quantities or 1)
        text = wrap(" ".join([head, *(part.format(number) for number in range(1, texts + 1))]))
        (row,) = Compiler(engine).compile_rows([text])
        assert row.document is not None
        assert row.is_complete == (quantities > 0)
        if quantities:  # the value of each and where it stands
            assert row.document.count('"quantity":') == 2 * count
        return lambda: Compiler(engine).compile_rows([text])

    assert compare_times(prepare(4000), prepare(400), rounds=3) < 3 * 10


MASSES = {
    "unknown tags": """ "".join(f"Q{n:x}'" for n in range(590_000)) """,
    "long unknown tags": """ "".join(f"Q{n:080x}'" for n in range(590_000)) """,
    "parties": """ "".join(f"NAD+BY+{n:013}::9'" for n in range(590_000)) """,
    "unknown tags as many as one line may have": """ "".join(f"Q{n:x}'" for n in range(49_000)) """,
}
PROGRAM = """
import json
from bench.machine import peak_megabytes
from udf.compiler import load_compiler
head = "UNH+1+SLSRPT:D:96A:UN'BGM+73E+S1+9'DTM+137:20260108:102'DTM+90:20260101:102'DTM+91:20260107:102'"
line = "LIN+1++4006381333931:EN'QTY+153:1:PCE'"
text = head + line + {mass} + "UNT+9+1'"
(row,) = load_compiler().compile_rows([text])
print(json.dumps([row.is_valid, len(json.loads(row.problems)), row.problems[:300], peak_megabytes()]))
"""


@pytest.mark.parametrize("name", MASSES)
def test_a_mass_of_problems_takes_no_more_memory_than_a_process_may(name: str) -> None:
    """They took up to 807 MB."""
    program = PROGRAM.replace("{mass}", MASSES[name])
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, encoding="utf-8")
    is_valid, problems, first, peak = json.loads(done.stdout)
    assert not is_valid
    assert problems < 1_100
    assert "message-too-large" in first or name.endswith("may have")
    assert peak < 300
