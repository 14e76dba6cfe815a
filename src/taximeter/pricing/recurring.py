"""How often a price is billed, and by which units: as callers send it, and the checks (pure)."""

from typing import Annotated

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.meters import Meter
from taximeter.pricing.amounts import under
from taximeter.pricing.price import DimensionFilters, Interval, Recurring, UsageType
from taximeter.usage.conditions import check_dimension

INTERVALS_MAX: dict[Interval, int] = {"day": 1_095, "week": 156, "month": 36, "year": 3}
"""Three years of each, the longest that Stripe bills in one."""

_ADJECTIVES: dict[Interval, str] = {
    "day": "daily",
    "week": "weekly",
    "month": "monthly",
    "year": "yearly",
}

TRIAL_DAYS_MAX = 730
FILTER_VALUES_MAX = 100


class RecurringDraft(msgspec.Struct, frozen=True, kw_only=True):
    """How often a price is billed, as it is sent; a filter is one value or several."""

    interval: Interval
    interval_count: Annotated[int, msgspec.Meta(ge=1)] = 1
    usage_type: UsageType = "licensed"
    meter: str | None = None
    dimension_filters: dict[str, str | tuple[str, ...]] = {}
    trial_period_days: Annotated[int, msgspec.Meta(ge=1, le=TRIAL_DAYS_MAX)] | None = None


def read_recurring(
    draft: RecurringDraft | None, meter: Meter | None, path: str
) -> Recurring | None:
    """Return how often a price is billed; `meter` is the one that the draft names.

    Raises InvalidRequest, naming the parameter under `path`.
    """
    if draft is None:
        return None
    most = INTERVALS_MAX[draft.interval]
    if draft.interval_count > most:
        raise InvalidRequest(
            f"The interval_count for {_ADJECTIVES[draft.interval]} prices can't be greater than "
            f"{most}",
            param=under(path, "interval_count"),
        )
    if draft.usage_type == "metered" and draft.meter is None:
        raise InvalidRequest(
            "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by "
            "meters. Create one with POST /v1/billing/meters, and name it in recurring[meter].",
            param=under(path, "meter"),
        )
    if draft.usage_type == "licensed" and draft.meter is not None:
        raise InvalidRequest(
            "A meter counts the units of metered prices only; set recurring[usage_type] to "
            "metered, or leave the meter out.",
            param=under(path, "meter"),
        )
    return Recurring(
        interval=draft.interval,
        interval_count=draft.interval_count,
        usage_type=draft.usage_type,
        meter=draft.meter,
        dimension_filters=_filters(draft, meter, under(path, "dimension_filters")),
        trial_period_days=draft.trial_period_days,
    )


def _filters(draft: RecurringDraft, meter: Meter | None, path: str) -> DimensionFilters:
    """Return filters in one order, so that equal ones look alike."""
    filters: list[tuple[str, tuple[str, ...]]] = []
    for key, sent in sorted(draft.dimension_filters.items()):
        param = f"{path}[{key}]"
        if meter is None:
            raise InvalidRequest(
                "Dimensions are a meter's; only a metered price can be for some of its usage.",
                param=param,
            )
        check_dimension(meter, key, param)
        values = (sent,) if isinstance(sent, str) else sent
        if not values:
            raise InvalidRequest(
                f"The filter by '{key}' lists no values, and nothing could pass it. List those "
                "that the price is for, or leave the filter out.",
                param=param,
            )
        if len(values) > FILTER_VALUES_MAX:
            raise InvalidRequest(
                f"A filter can list at most {FILTER_VALUES_MAX} values; the one by '{key}' lists "
                f"{len(values)}.",
                param=param,
            )
        filters.append((key, tuple(sorted(set(values)))))
    return tuple(filters)
