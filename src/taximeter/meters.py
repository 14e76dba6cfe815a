"""Meters: what is measured, how it is read out of an event's payload, and how it adds up."""

from typing import Literal, Protocol

import msgspec

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound
from taximeter.kit.ids import new_id
from taximeter.kit.paging import Cursor, Page
from taximeter.kit.periods import Window

FormulaName = Literal["sum", "count", "last", "max", "min", "avg", "unique_count"]
"""Stripe's three, then ours: extra values of the same field."""

MeterStatus = Literal["active", "inactive"]

RollupRule = Literal["sum", "max", "min", "last", "hour", "day"]
"""What a rollup keeps of a meter's hour: counts and sums, or the one event that stands for it."""

DEFAULT_CUSTOMER_KEY = "stripe_customer_id"
DEFAULT_VALUE_KEY = "value"


class Meter(msgspec.Struct, frozen=True, kw_only=True):
    """A meter; everything but `display_name`, `status` and the times is fixed for life."""

    id: str
    environment: int
    created: int
    updated: int
    display_name: str
    event_name: str
    event_time_window: Window | None
    formula: FormulaName
    customer_key: str
    value_key: str
    dimension_keys: tuple[str, ...]
    status: MeterStatus = "active"
    deactivated_at: int | None = None

    @property
    def rollup(self) -> RollupRule:
        """Return what rollups keep of this meter's events.

        Of a pre-aggregated meter that is the event that survives its hour or day. Otherwise sums,
        counts and averages add up, and so do the counts of each distinct text; of the other
        formulas the event with the extreme value, or the last one, stands for its hour.
        """
        if self.event_time_window is not None:
            return self.event_time_window
        match self.formula:
            case "max" | "min" | "last":
                return self.formula
            case _:
                return "sum"


class MeterStore(Protocol):
    """Keeps meters; every method sees one environment only."""

    def add(self, meter: Meter) -> None:
        """Keep a new meter. Raises NameTaken when an active one has its event name."""
        ...

    def get(self, environment: int, id: str) -> Meter | None:
        """Return the meter, or None."""
        ...

    def save(self, meter: Meter) -> None:
        """Keep a changed meter. Raises NameTaken as `add` does."""
        ...

    def with_event_name(self, environment: int, event_name: str) -> list[Meter]:
        """Return the meters that have or had the event name, the active one first."""
        ...

    def page(self, environment: int, cursor: Cursor, status: MeterStatus | None) -> Page[Meter]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...

    def all(self) -> list[Meter]:
        """Return every meter of every environment, oldest first."""
        ...


class NameTaken(Exception):
    """Another active meter of the environment has the event name."""


def create(
    *,
    store: MeterStore,
    environment: Environment,
    now: int,
    display_name: str,
    event_name: str,
    formula: FormulaName,
    event_time_window: Window | None = None,
    customer_key: str = DEFAULT_CUSTOMER_KEY,
    value_key: str = DEFAULT_VALUE_KEY,
    dimension_keys: tuple[str, ...] = (),
) -> Meter:
    """Create an active meter.

    Raises InvalidRequest when an active meter has the event name, or when one payload key would
    serve two purposes.
    """
    meter = draft(
        environment=environment,
        now=now,
        display_name=display_name,
        event_name=event_name,
        formula=formula,
        event_time_window=event_time_window,
        customer_key=customer_key,
        value_key=value_key,
        dimension_keys=dimension_keys,
    )
    try:
        store.add(meter)
    except NameTaken:
        raise _name_taken(store, meter) from None
    return meter


def draft(
    *,
    environment: Environment,
    now: int,
    display_name: str,
    event_name: str,
    formula: FormulaName,
    event_time_window: Window | None = None,
    customer_key: str = DEFAULT_CUSTOMER_KEY,
    value_key: str = DEFAULT_VALUE_KEY,
    dimension_keys: tuple[str, ...] = (),
) -> Meter:
    """Return the meter that creating it would make; nothing is kept.

    Raises InvalidRequest when one payload key would serve two purposes.
    """
    _check_keys(customer_key, value_key, dimension_keys)
    return Meter(
        id=new_id("mtr" if environment.livemode else "mtr_test"),
        environment=environment.id,
        created=now,
        updated=now,
        display_name=display_name,
        event_name=event_name,
        event_time_window=event_time_window,
        formula=formula,
        customer_key=customer_key,
        value_key=value_key,
        dimension_keys=dimension_keys,
    )


def _check_keys(customer_key: str, value_key: str, dimension_keys: tuple[str, ...]) -> None:
    if customer_key == value_key:
        raise InvalidRequest(
            f"The payload key '{value_key}' cannot hold both the customer and the value; choose "
            "different keys for customer_mapping and value_settings.",
            param="value_settings[event_payload_key]",
        )
    _check_spelling(customer_key, "customer_mapping[event_payload_key]")
    _check_spelling(value_key, "value_settings[event_payload_key]")
    for index, key in enumerate(dimension_keys):
        param = f"dimension_payload_keys[{index}]"
        _check_spelling(key, param)
        if key in dimension_keys[:index]:
            raise InvalidRequest(
                f"The dimension '{key}' is listed twice; list each once.", param=param
            )
        if key == customer_key:
            raise InvalidRequest(
                f"The payload key '{key}' holds the customer and cannot be a dimension too.",
                param=param,
            )
        if key == value_key:
            raise InvalidRequest(
                f"The payload key '{key}' holds the value and cannot be a dimension too.",
                param=param,
            )


def _check_spelling(key: str, param: str) -> None:
    if "[" in key or "]" in key:
        raise InvalidRequest(
            f"The payload key '{key}' contains [ or ], which stand for nesting in requests: no "
            "event could carry it. Choose another key.",
            param=param,
        )


def retrieve(*, store: MeterStore, environment: Environment, id: str) -> Meter:
    """Return the meter. Raises NotFound."""
    meter = store.get(environment.id, id)
    if meter is None:
        raise NotFound(f"No such meter: '{id}'", param="id")
    return meter


def rename(
    *, store: MeterStore, environment: Environment, id: str, now: int, display_name: str
) -> Meter:
    """Change the display name, the one thing about a meter that may change."""
    meter = retrieve(store=store, environment=environment, id=id)
    renamed = msgspec.structs.replace(meter, display_name=display_name, updated=now)
    store.save(renamed)
    return renamed


def deactivate(*, store: MeterStore, environment: Environment, id: str, now: int) -> Meter:
    """Refuse new events from now on; what was recorded is kept. Twice is once."""
    meter = retrieve(store=store, environment=environment, id=id)
    if meter.status == "inactive":
        return meter
    changed = msgspec.structs.replace(meter, status="inactive", deactivated_at=now, updated=now)
    store.save(changed)
    return changed


def reactivate(*, store: MeterStore, environment: Environment, id: str, now: int) -> Meter:
    """Take events again. Raises InvalidRequest when another active meter has the event name."""
    meter = retrieve(store=store, environment=environment, id=id)
    if meter.status == "active":
        return meter
    changed = msgspec.structs.replace(meter, status="active", deactivated_at=None, updated=now)
    try:
        store.save(changed)
    except NameTaken:
        raise _name_taken(store, meter) from None
    return changed


def _name_taken(store: MeterStore, meter: Meter) -> InvalidRequest:
    holder = store.with_event_name(meter.environment, meter.event_name)[0]
    return InvalidRequest(
        f"An active meter with the event name '{meter.event_name}' already exists: {holder.id}. "
        "Deactivate it first, or choose another event name.",
        param="event_name",
    )
