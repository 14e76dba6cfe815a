"""Threads of which one runs at a time: at each pause a seed says who goes on."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress


class Crashed(BaseException):
    """The process has ended; whoever was under way never comes back."""


class _Actor:
    def __init__(self) -> None:
        self.turn = threading.Semaphore(0)
        self.alive = True
        self.crashed = False
        self.error: Exception | None = None


class Scheduler:
    """Runs actors to their end, or to a crash, in an order that a seed decides."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._actors: list[_Actor] = []
        self._paused = threading.Semaphore(0)
        self._own = threading.local()

    def start(self, act: Callable[[], None]) -> None:
        """Have somebody else act too."""
        actor = _Actor()
        self._actors.append(actor)

        def run() -> None:
            self._own.actor = actor
            actor.turn.acquire()
            try:
                if not actor.crashed:
                    with suppress(Crashed):
                        act()
            except Exception as error:  # noqa: BLE001 - whoever runs the actors raises it
                actor.error = error
            finally:
                actor.alive = False
                self._paused.release()

        threading.Thread(target=run, daemon=True).start()

    def pause(self) -> None:
        """Let somebody else go on. Raises Crashed where there is nothing to come back to."""
        actor: _Actor = self._own.actor
        self._paused.release()
        actor.turn.acquire()
        if actor.crashed:
            raise Crashed

    def until(self, ready: Callable[[], bool]) -> None:
        """Let others go on until something is so."""
        while not ready():
            self.pause()

    def run(self, *, steps: int | None = None) -> None:
        """Let everyone act to their end, or for so many steps; then whoever is left crashes."""
        while self._actors and steps != 0:
            steps = None if steps is None else steps - 1
            self._step(self._rng.choice(self._actors))
        for actor in list(self._actors):
            actor.crashed = True
            self._step(actor)
        assert not self._actors, "who has crashed does nothing more"

    def _step(self, actor: _Actor) -> None:
        actor.turn.release()
        self._paused.acquire()
        if not actor.alive:
            self._actors.remove(actor)
        if actor.error is not None:
            raise actor.error
