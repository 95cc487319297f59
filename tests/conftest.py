"""What all tests may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine has slow moments, and a slow example is no wrong one; CI draws the same examples every time.
settings.register_profile("tillroll", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("tillroll")

CLONE = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def clone() -> Path:
    """The folder of the clone."""
    return CLONE


@pytest.fixture(scope="session")
def samples() -> Path:
    """Hand-checked messages of other people, which are never committed: `../shared/samples`, or TILLROLL_SAMPLES."""
    folder = Path(os.environ.get("TILLROLL_SAMPLES") or CLONE.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip(f"no samples at {folder}")
    return folder
