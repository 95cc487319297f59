"""Where hand-checked messages of other people lie, which are never committed."""

import os
from pathlib import Path

SAMPLES = Path(os.environ.get("TILLROLL_SAMPLES") or Path(__file__).parents[2] / "shared" / "samples")
MISSING = f"there are no samples at {SAMPLES}: TILLROLL_SAMPLES names another folder"
