"""Random lives of a server, every answer compared with brute force.

A seed that fails is printed with the command that lives it again. `TAXIMETER_SEED` names one seed
to run instead of the usual ones, `TAXIMETER_STEPS` how long it lives.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation import batch_actions, record_actions, usage_actions
from tests.simulation.checks import check_everything
from tests.simulation.expected import Environment
from tests.simulation.failing import FailingLogs
from tests.simulation.world import World

STEPS = int(os.environ.get("TAXIMETER_STEPS", "150"))
SEEDS = [int(os.environ["TAXIMETER_SEED"])] if "TAXIMETER_SEED" in os.environ else range(1, 5)
SOAK_SEEDS = range(1_000, 1_060)
CHECK_EVERY = 30
HISTORY_LINES = 25
HISTORY_CHARACTERS = 1_000

Action = Callable[[World, Environment], None]


def advance(world: World, _: Environment) -> None:
    """Let time go by."""
    short = [0.000001, 0.3, 1, 60, 600, 1800, 3600]
    long = [7200, 86_400, 2 * 86_400, 37 * 86_400]
    steps = long if world.rng.random() < 0.15 else short
    world.clock.advance(seconds=world.rng.choice(steps))


def restart(world: World, _: Environment) -> None:
    """Stop and start the server."""
    world.restart()


ACTIONS: dict[Action, int] = {
    usage_actions.send_event: 60,
    usage_actions.send_together: 3,
    batch_actions.send_batch: 8,
    usage_actions.cancel_event: 10,
    advance: 15,
    record_actions.create_meter: 2,
    record_actions.create_customer: 1,
    record_actions.create_again: 2,
    record_actions.rename_meter: 1,
    record_actions.deactivate_meter: 1,
    record_actions.reactivate_meter: 3,
    record_actions.delete_customer: 1,
    restart: 2,
}


def live(world: World, steps: int) -> None:
    """Do what a caller may do, at random."""
    world.open()
    try:
        for environment in world.environments:
            for name in record_actions.NAMES:
                record_actions.create_meter(world, environment, name)
            for _ in range(2):
                record_actions.create_customer(world, environment)
        for step in range(1, steps + 1):
            (action,) = world.rng.choices(list(ACTIONS), list(ACTIONS.values()))
            action(world, world.rng.choice(world.environments))
            if step % CHECK_EVERY == 0:
                check_everything(world)
        world.restart()
        check_everything(world)
    finally:
        world.close()


def check_life(world: World, seed: int, steps: int, test: str) -> None:
    """Live, and say of a life that went wrong how to live it again."""
    try:
        live(world, steps)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is told with its seed
        lines = world.history[-HISTORY_LINES:]
        history = "\n".join(line[:HISTORY_CHARACTERS] for line in lines)
        command = f'TAXIMETER_SEED={seed} TAXIMETER_STEPS={steps} make test ARGS="{test}"'
        pytest.fail(f"{error!r}\n{history}\nAgain with: {command}")


def run(folder: Path, seed: int, steps: int) -> World:
    world = World(folder, seed=seed)
    check_life(world, seed, steps, "tests/simulation -k whatever_happens")
    return world


def run_in_trouble(folder: Path, seed: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(folder, seed=seed, trouble_share=0.15)
    monkeypatch.setattr("taximeter.app.stores.DuckLog", FailingLogs(world.trouble))
    check_life(world, seed, steps, "tests/simulation -k log_fails")
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_the_answers_are_what_brute_force_says(seed: int, tmp_path: Path) -> None:
    assert run(tmp_path, seed, STEPS).trouble.failures == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_where_the_log_fails_nothing_is_half_recorded_and_a_retry_is_safe(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_in_trouble(tmp_path, seed, STEPS, monkeypatch).trouble.failures > 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK_SEEDS)
def test_whatever_happens_for_long(seed: int, tmp_path: Path) -> None:
    assert run(tmp_path, seed, 400).trouble.failures == 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK_SEEDS)
def test_where_the_log_fails_for_long(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_in_trouble(tmp_path, seed, 400, monkeypatch).trouble.failures > 0
