"""The worked example: a month of Alpaca AI, who sell language-model tokens to six customers.

Pure and seeded: the same end gives the same events, with the same identifiers, so that loading
it again finds every event there already.
"""

import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec

from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS

DISPLAY_NAME = "Alpaca AI tokens"
EVENT_NAME = "alpaca_ai_tokens"
DIMENSIONS = ("model", "token_type")
DAYS = 30

_SEED = 20_261_123
_MODELS = {"alpaca-large": (1_900, 520), "alpaca-small": (1_100, 340), "alpaca-embed": (640, 0)}
_PEAK_HOUR = 15


class ExampleCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of Alpaca AI; the e-mail address is what the loader finds it by."""

    slug: str
    name: str
    email: str
    description: str


class ExampleEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A meter event of the customer with this slug; a cancelled one was sent by mistake."""

    customer: str
    identifier: str
    timestamp: int
    model: str
    token_type: str
    value: int
    canceled: bool = False


Shape = Callable[[float, int], float]
"""How busy a customer is, in calls an hour: by the day of the example (0 to 30) and the weekday."""


class _Profile(msgspec.Struct, frozen=True):
    customer: ExampleCustomer
    shape: Shape
    models: dict[str, int]


def _customer(slug: str, name: str, description: str) -> ExampleCustomer:
    return ExampleCustomer(
        slug=slug, name=name, email=f"billing@{slug}.example", description=description
    )


def _weekend(weekday: int) -> bool:
    return weekday >= 5


_PROFILES = (
    _Profile(
        _customer("andean-textiles", "Andean Textiles", "Steady: a catalogue that never sleeps."),
        lambda day, weekday: 0.85 if _weekend(weekday) else 1.0,
        {"alpaca-small": 6, "alpaca-embed": 3, "alpaca-large": 1},
    ),
    _Profile(
        _customer("cusco-robotics", "Cusco Robotics", "Growing: five times a month ago."),
        lambda day, weekday: 0.45 + 1.8 * (day / DAYS) ** 1.5,
        {"alpaca-large": 6, "alpaca-small": 4},
    ),
    _Profile(
        _customer("lima-legal", "Lima Legal", "Quiet at weekends; one event sent by mistake."),
        lambda day, weekday: 0.06 if _weekend(weekday) else 1.35,
        {"alpaca-large": 8, "alpaca-embed": 2},
    ),
    _Profile(
        _customer("puna-games", "Puna Games", "Bursty: a launch and two tournaments."),
        lambda day, weekday: 4.2 if int(day) in {6, 17, 25} else 0.3,
        {"alpaca-small": 9, "alpaca-large": 1},
    ),
    _Profile(
        _customer("salar-studio", "Salar Studio", "A trial of nine days that was not renewed."),
        lambda day, weekday: 1.1 if day < 9 else 0.0,
        {"alpaca-large": 3, "alpaca-small": 3, "alpaca-embed": 1},
    ),
    _Profile(
        _customer("titicaca-travel", "Titicaca Travel", "Corrected: a refund as a negative value."),
        lambda day, weekday: 1.15 if _weekend(weekday) else 0.75,
        {"alpaca-small": 5, "alpaca-embed": 4},
    ),
)

CUSTOMERS = tuple(profile.customer for profile in _PROFILES)


def start_of(end: int) -> int:
    """Return the first moment of the example that ends at `end`: a UTC midnight."""
    return (end // DAY_SECONDS - (DAYS - 1)) * DAY_SECONDS


def events(end: int) -> list[ExampleEvent]:
    """Return the example's events up to `end`, in Unix seconds, oldest first."""
    generator = random.Random(_SEED)  # noqa: S311  # an example's shape, not a secret
    made = [
        event for profile in _PROFILES for event in _usage(profile, start_of(end), end, generator)
    ]
    return sorted([*made, *_corrections(end)], key=lambda event: event.timestamp)


def _usage(
    profile: _Profile, start: int, end: int, generator: random.Random
) -> Iterator[ExampleEvent]:
    names, weights = list(profile.models), list(profile.models.values())
    number = 0
    for hour in range(start, end, HOUR_SECONDS):
        for _ in range(_calls(profile.shape, hour, start, generator)):
            timestamp = hour + generator.randrange(HOUR_SECONDS)
            (model,) = generator.choices(names, weights)
            size = generator.lognormvariate(0, 0.7)
            for token_type, typical in zip(("input", "output"), _MODELS[model], strict=True):
                number += 1
                value = round(typical * size * generator.uniform(40, 60))
                if value and timestamp <= end:
                    yield ExampleEvent(
                        customer=profile.customer.slug,
                        identifier=f"alpaca-{profile.customer.slug}-{number:05d}",
                        timestamp=timestamp,
                        model=model,
                        token_type=token_type,
                        value=value,
                    )


def _calls(shape: Shape, hour: int, start: int, generator: random.Random) -> int:
    """Draw how many batches of calls an hour has: the shape, by day and night, with some luck."""
    moment = datetime.fromtimestamp(hour, UTC)
    daylight = 0.5 + 0.5 * math.cos((moment.hour - _PEAK_HOUR) / 24 * math.tau)
    expected = shape((hour - start) / DAY_SECONDS, moment.weekday()) * (0.25 + 1.5 * daylight)
    whole, rest = divmod(expected * generator.uniform(0.6, 1.4), 1)
    return int(whole) + (generator.random() < rest)


def _corrections(end: int) -> list[ExampleEvent]:
    noon = start_of(end) + 12 * HOUR_SECONDS
    return [
        ExampleEvent(
            customer="titicaca-travel",
            identifier="alpaca-titicaca-travel-refund",
            timestamp=noon + 13 * DAY_SECONDS,
            model="alpaca-small",
            token_type="output",  # noqa: S106  # a kind of token that models speak in
            value=-1_250_000,
        ),
        ExampleEvent(
            customer="lima-legal",
            identifier="alpaca-lima-legal-mistake",
            timestamp=noon + 20 * DAY_SECONDS,
            model="alpaca-large",
            token_type="input",  # noqa: S106  # a kind of token that models speak in
            value=99_000_000,
            canceled=True,
        ),
    ]
