"""Where hand-checked messages of other people lie, which are never committed."""

import os
from pathlib import Path

SAMPLES = Path(os.environ.get("TILLROLL_SAMPLES") or Path(__file__).parents[2] / "shared" / "samples")
CASES = SAMPLES.with_name("cases")
NO_CASES = f"there are no outsiders' cases at {CASES}"
MISSING = f"there are no samples at {SAMPLES}: TILLROLL_SAMPLES names another folder"
