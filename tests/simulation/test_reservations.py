"""Whatever the order of events, a limit is never passed, and nothing is denied that fits."""

import random
from pathlib import Path

import pytest

from tests.simulation.reserving import World

SEEDS = range(3)
SOAK_SEEDS = range(3, 60)
LIVES = 4
ACTORS = 8
ACTS = 40
STEPS = 1_000


@pytest.mark.parametrize("seed", SEEDS)
def test_every_answer_is_what_a_count_by_hand_gives(seed: int, tmp_path: Path) -> None:
    assert run(seed, tmp_path) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK_SEEDS)
def test_every_answer_is_what_a_count_by_hand_gives_for_long(seed: int, tmp_path: Path) -> None:
    assert run(seed, tmp_path) == []


def run(seed: int, tmp_path: Path) -> list[object]:
    """Return the answers that were wrong in several lives, each ended in the middle of all."""
    world = World(random.Random(seed), tmp_path)
    try:
        for life in range(LIVES):
            for _ in range(ACTORS):
                world.scheduler.start(world.act_often(ACTS))
            world.scheduler.run(steps=STEPS if life < LIVES - 1 else None)
            world.boot()
    finally:
        world.records.close()
    assert (world.answers > 300, world.stale > 0) == (True, True)
    return world.wrong
