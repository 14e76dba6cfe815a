"""What may still be changed about a meter: its name, and whether it takes events."""

from typing import Annotated

import msgspec

from taximeter import meters
from taximeter.dashboard.page import Change, Done, NoQuery, View
from taximeter.dashboard.pages.meter import PAGE


class Rename(msgspec.Struct, frozen=True, kw_only=True):
    """What renaming a meter takes."""

    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=250)]


def _rename(view: View, form: Rename) -> Done:
    meter = meters.rename(
        store=view.unit.meters,
        environment=view.environment,
        id=view.path_params["id"],
        now=view.now(),
        display_name=form.display_name,
    )
    return Done(location=view.url(f"meters/{meter.id}"), message="The meter has its new name.")


def _deactivate(view: View, _: NoQuery) -> Done:
    meter = meters.deactivate(
        store=view.unit.meters,
        environment=view.environment,
        id=view.path_params["id"],
        now=view.now(),
    )
    return Done(
        location=view.url(f"meters/{meter.id}"),
        message="The meter takes no more events. What was recorded is kept.",
    )


def _reactivate(view: View, _: NoQuery) -> Done:
    meter = meters.reactivate(
        store=view.unit.meters,
        environment=view.environment,
        id=view.path_params["id"],
        now=view.now(),
    )
    return Done(location=view.url(f"meters/{meter.id}"), message="The meter takes events again.")


CHANGES = (
    Change(path="meters/{id}/rename", form=Rename, run=_rename, page=PAGE, changes_directory=True),
    Change(
        path="meters/{id}/deactivate",
        form=NoQuery,
        run=_deactivate,
        page=PAGE,
        changes_directory=True,
    ),
    Change(
        path="meters/{id}/reactivate",
        form=NoQuery,
        run=_reactivate,
        page=PAGE,
        changes_directory=True,
    ),
)
