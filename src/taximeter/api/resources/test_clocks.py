"""`/v1/test_helpers/test_clocks`."""

from typing import Annotated

import msgspec

from taximeter import test_clocks
from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.test_clock import (
    DeletedTestClockObject,
    TestClockObject,
    test_clock_object,
)
from taximeter.kit.paging import UnknownCursor

FrozenTime = Annotated[int, msgspec.Meta(ge=0, le=250_246_627_200)]
"""Unix seconds up to the year 9900, so that every period that begins has an end."""


class TestClockCreate(Params, frozen=True, kw_only=True):
    """What creating a test clock takes."""

    refused = {"customer": "Name the clock when the customer is created, as its test_clock."}

    frozen_time: FrozenTime
    name: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class TestClockAdvance(Params, frozen=True, kw_only=True):
    """What advancing a test clock takes."""

    frozen_time: FrozenTime


def _create(context: Context, params: TestClockCreate) -> TestClockObject:
    clock = test_clocks.create(
        store=context.unit.test_clocks,
        due=context.unit.due,
        environment=context.environment,
        now=context.now(),
        kept_days=context.services.settings.test_clock_kept_days,
        frozen_time=params.frozen_time,
        name=params.name,
    )
    return test_clock_object(clock, context.environment)


def _retrieve(context: Context, params: Params) -> TestClockObject:
    clock = test_clocks.retrieve(
        store=context.unit.test_clocks,
        environment=context.environment,
        id=context.path_params["test_clock"],
    )
    return test_clock_object(clock, context.environment)


def _advance(context: Context, params: TestClockAdvance) -> TestClockObject:
    clock = test_clocks.advance(
        store=context.unit.test_clocks,
        environment=context.environment,
        id=context.path_params["test_clock"],
        frozen_time=params.frozen_time,
        days_max=context.services.settings.test_clock_advance_days_max,
    )
    return test_clock_object(clock, context.environment)


def _delete(context: Context, params: Params) -> DeletedTestClockObject:
    clock = test_clocks.delete(
        store=context.unit.test_clocks,
        due=context.unit.due,
        environment=context.environment,
        id=context.path_params["test_clock"],
    )
    return DeletedTestClockObject(id=clock.id)


def _list(context: Context, params: ListParams) -> ListObject[TestClockObject]:
    try:
        page = context.unit.test_clocks.page(context.environment.id, params.cursor())
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "test_clock") from None
    return list_object(
        page, context.path, lambda clock: test_clock_object(clock, context.environment)
    )


_ALL = "/v1/test_helpers/test_clocks"
_ONE = _ALL + "/{test_clock}"

ENDPOINTS = (
    Endpoint(method="POST", path=_ALL, params=TestClockCreate, run=_create),
    Endpoint(method="GET", path=_ALL, params=ListParams, run=_list),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve),
    Endpoint(method="DELETE", path=_ONE, params=Params, run=_delete, changes_directory=True),
    Endpoint(
        method="POST",
        path=_ONE + "/advance",
        params=TestClockAdvance,
        run=_advance,
        changes_clocks=True,
    ),
)
