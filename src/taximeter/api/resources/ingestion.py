"""`/v1/billing/ingestion_statistics` and `/v1/billing/rejected_meter_events`: extensions.

What the stream takes is answered before it is known to be good; here is read what became of it.
"""

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, UnixTime, list_object
from taximeter.api.services import Context
from taximeter.api.wire.ingestion import (
    RejectedObject,
    StatisticsObject,
    rejected_object,
    statistics_object,
)
from taximeter.errors import ResourceMissing
from taximeter.ingest.event import RejectionCode
from taximeter.reports.rejected import list_rejected
from taximeter.reports.statistics import count_minutes


class StatisticsList(ListParams, frozen=True, kw_only=True):
    """What counting by minute takes."""

    meter: str | None = None
    start_time: UnixTime | None = None
    end_time: UnixTime | None = None


class RejectedList(ListParams, frozen=True, kw_only=True):
    """What listing rejected events takes."""

    meter: str | None = None
    code: RejectionCode | None = None
    start_time: UnixTime | None = None
    end_time: UnixTime | None = None


def _statistics(context: Context, params: StatisticsList) -> ListObject[StatisticsObject]:
    _check_meter(context, params.meter)
    page = count_minutes(
        reader=context.services.rejections,
        environment=context.environment,
        now=context.now(),
        start_time=params.start_time,
        end_time=params.end_time,
        meter=params.meter,
        cursor=params.cursor(),
    )
    return list_object(page, context.path, lambda one: statistics_object(one, context.environment))


def _rejected(context: Context, params: RejectedList) -> ListObject[RejectedObject]:
    _check_meter(context, params.meter)
    page = list_rejected(
        reader=context.services.rejections,
        environment=context.environment,
        meter=params.meter,
        code=params.code,
        start_time=params.start_time,
        end_time=params.end_time,
        cursor=params.cursor(),
    )
    return list_object(page, context.path, lambda one: rejected_object(one, context.environment))


def _check_meter(context: Context, id: str | None) -> None:
    if id is not None and context.unit.meters.get(context.environment.id, id) is None:
        raise ResourceMissing(f"No such meter: '{id}'", param="meter")


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/billing/ingestion_statistics",
        params=StatisticsList,
        run=_statistics,
    ),
    Endpoint(
        method="GET",
        path="/v1/billing/rejected_meter_events",
        params=RejectedList,
        run=_rejected,
    ),
)
