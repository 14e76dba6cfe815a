"""`/v1/billing/alerts/{id}/projection`: beyond Stripe."""

from taximeter import customers
from taximeter.alerts import manage
from taximeter.alerts.foresee import foresee
from taximeter.api.endpoint import Endpoint
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.alert_projection import AlertProjectionObject, projection_object
from taximeter.errors import InvalidRequest, NotFound, ResourceMissing


class ProjectionParams(Params, frozen=True, kw_only=True):
    """What asking for a projection takes."""

    customer: str


def _project(context: Context, params: ProjectionParams) -> AlertProjectionObject:
    alert = manage.retrieve_alert(
        store=context.unit.alerts,
        environment=context.environment,
        id=context.path_params["id"],
    )
    try:
        customers.retrieve_present(
            store=context.unit.customers, environment=context.environment, id=params.customer
        )
    except NotFound:
        raise ResourceMissing(f"No such customer: '{params.customer}'", param="customer") from None
    if alert.customer not in {None, params.customer}:
        raise InvalidRequest(
            f"Alert {alert.id} is limited to customer {alert.customer}; ask for that one.",
            param="customer",
        )
    found = foresee(alert, params.customer, billing=context.billing())
    return projection_object(found, alert, params.customer, context.environment)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/billing/alerts/{id}/projection",
        params=ProjectionParams,
        run=_project,
    ),
)
