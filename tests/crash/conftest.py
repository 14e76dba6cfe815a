"""What the tests of killed servers may ask for."""

import os
import secrets
import sys

import pytest


@pytest.fixture
def seed() -> int:
    """What every choice of a run follows from; a failing run shows it, and this repeats it."""
    seed = int(os.environ.get("TAXIMETER_TEST_SEED") or secrets.randbits(32))
    sys.stdout.write(f"TAXIMETER_TEST_SEED={seed}\n")
    return seed
