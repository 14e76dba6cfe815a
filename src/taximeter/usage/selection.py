"""Which meters a request speaks of, and what of each."""

from collections.abc import Mapping, Sequence

import msgspec

from taximeter.environments import Environment
from taximeter.errors import EmptyParameter, InvalidRequest, ResourceMissing
from taximeter.meters import Meter, MeterStore
from taximeter.usage.conditions import check_dimension


class MeterSelection(msgspec.Struct, frozen=True, kw_only=True):
    """A meter by its id: what of its usage counts, and by which dimensions it is divided."""

    meter: str
    dimension_filters: Mapping[str, Sequence[str]] = {}
    dimension_group_by_keys: Sequence[str] = ()


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """A selection that was found to make sense, in the form in which a query takes it."""

    meter: Meter
    dimension_filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    group_by: tuple[str, ...] = ()


def select_all(*, store: MeterStore, environment: Environment, meters_max: int) -> list[Selected]:
    """Select every meter of an environment, deactivated ones too: their usage was used.

    Raises InvalidRequest where there are too many of them to be asked one by one.
    """
    found = [Selected(meter=one) for one in store.all() if one.environment == environment.id]
    if len(found) > meters_max:
        raise InvalidRequest(
            f"There are {len(found)} meters here, deactivated ones included, and a request adds "
            f"up at most {meters_max}. Name those that count in meters, or raise "
            "TAXIMETER_METER_USAGE_ALL_METERS_MAX.",
            param="meters",
        )
    return found


def select(
    *,
    store: MeterStore,
    environment: Environment,
    selections: Sequence[MeterSelection],
    meters_max: int,
) -> list[Selected]:
    """Look the meters up, in the order in which they were named.

    Raises ResourceMissing for a meter that is not there, InvalidRequest for one that is named
    twice, for too many of them and for dimensions that a meter does not have, and EmptyParameter
    for a list that holds nothing.
    """
    if not selections:
        raise EmptyParameter(
            "The list meters is empty. Name at least one meter, or leave meters out for the usage "
            "of all of them, added up.",
            param="meters",
        )
    if len(selections) > meters_max:
        raise InvalidRequest(
            f"A request can name at most {meters_max} meters; this one names {len(selections)}. "
            "Send several requests, or raise TAXIMETER_METER_USAGE_METERS_MAX.",
            param="meters",
        )
    found: list[Selected] = []
    for index, selection in enumerate(selections):
        path = f"meters[{index}]"
        meter = store.get(environment.id, selection.meter)
        if meter is None:
            raise ResourceMissing(f"No such meter: '{selection.meter}'", param=f"{path}[meter]")
        if any(one.meter.id == meter.id for one in found):
            raise InvalidRequest(
                f"Meter {meter.id} is named twice, and its rows could not be told apart. Ask for "
                "it once, or in a request of its own.",
                param=f"{path}[meter]",
            )
        found.append(_selected(meter, selection, path))
    return found


def _selected(meter: Meter, selection: MeterSelection, path: str) -> Selected:
    for key, values in selection.dimension_filters.items():
        param = f"{path}[dimension_filters][{key}]"
        check_dimension(meter, key, param)
        if not values:
            raise EmptyParameter(
                f"The filter by '{key}' lists no values, and nothing could pass it. List those "
                "that count, or leave the filter out.",
                param=param,
            )
    for index, key in enumerate(selection.dimension_group_by_keys):
        check_dimension(meter, key, f"{path}[dimension_group_by_keys][{index}]")
    return Selected(
        meter=meter,
        dimension_filters=tuple(
            (key, tuple(dict.fromkeys(values)))
            for key, values in selection.dimension_filters.items()
        ),
        group_by=tuple(dict.fromkeys(selection.dimension_group_by_keys)),
    )
