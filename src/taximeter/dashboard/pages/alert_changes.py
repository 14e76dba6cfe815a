"""What is done to an alert: activated, deactivated, archived."""

from taximeter.alerts import manage
from taximeter.alerts.alert import Alert
from taximeter.dashboard.page import Change, Done, NoQuery, View
from taximeter.dashboard.pages.alert import PAGE


def _found(view: View) -> Alert:
    return manage.retrieve_alert(
        store=view.unit.alerts, environment=view.environment, id=view.path_params["id"]
    )


def _activate(view: View, _: NoQuery) -> Done:
    alert = manage.activate_alert(
        store=view.unit.alerts,
        cursors=view.unit.cursors,
        log=view.services.writer,
        now_us=view.services.clock.now_us(),
        alert=_found(view),
    )
    return Done(
        location=view.url(f"alerts/{alert.id}"),
        message="Active: it looks at what is received from now on.",
    )


def _deactivate(view: View, _: NoQuery) -> Done:
    alert = manage.deactivate_alert(store=view.unit.alerts, alert=_found(view))
    return Done(location=view.url(f"alerts/{alert.id}"), message="It looks at nothing any more.")


def _archive(view: View, _: NoQuery) -> Done:
    manage.archive_alert(store=view.unit.alerts, alert=_found(view))
    return Done(location=view.url("alerts"), message="The alert is archived.")


CHANGES = (
    Change(path="alerts/{id}/activate", form=NoQuery, run=_activate, page=PAGE),
    Change(path="alerts/{id}/deactivate", form=NoQuery, run=_deactivate, page=PAGE),
    Change(path="alerts/{id}/archive", form=NoQuery, run=_archive, page=PAGE),
)
