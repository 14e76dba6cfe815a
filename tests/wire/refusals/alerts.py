"""Alerts that cannot be made, and limits that cannot be held."""

from tests.wire.refusals.refusal import Refusal, empty, form

ALERTS = "/v1/billing/alerts"
THRESHOLD = "usage_threshold"
FILTER = f"{THRESHOLD}[filters][0]"
ALERT = {
    "alert_type": THRESHOLD,
    "title": "Ten",
    f"{THRESHOLD}[meter]": "<meter>",
    f"{THRESHOLD}[gte]": "10",
    f"{THRESHOLD}[recurrence]": "one_time",
}


def _alert(
    name: str,
    *changes: tuple[str, str | None],
    param: str,
    message: str,
    code: str | None = None,
) -> Refusal:
    return Refusal(
        name=f"alert: {name}",
        method="POST",
        path=ALERTS,
        body=form(ALERT, *changes),
        code=code,
        param=param,
        message=message,
    )


def _absent(method: str, path: str) -> Refusal:
    return Refusal(
        name=f"no such alert: {method} {path}",
        method=method,
        path=path,
        status=404,
        code="resource_missing",
        param="id",
        message="No such billing alert: 'alrt_x'",
    )


ALERT_ROWS = (
    _alert(
        "without a title",
        ("title", None),
        param="title",
        code="parameter_missing",
        message="Missing required param: title.",
    ),
    _alert(
        "without its threshold",
        *((name, None) for name in ALERT if name.startswith(THRESHOLD)),
        param=THRESHOLD,
        code="parameter_missing",
        message=f"Missing required param: {THRESHOLD}.",
    ),
    _alert(
        "with the threshold of another type",
        ("spend_threshold[gte][type]", "amount"),
        ("spend_threshold[gte][amount][currency]", "usd"),
        ("spend_threshold[gte][amount][value]", "5"),
        param="spend_threshold",
        code="parameter_unknown",
        message="Received unknown parameter: spend_threshold. An alert of type usage_threshold "
        "takes only usage_threshold.",
    ),
    _alert(
        "at nothing",
        (f"{THRESHOLD}[gte]", "0"),
        param=f"{THRESHOLD}[gte]",
        message="Invalid usage_threshold[gte]: 0 must be greater than 0.",
    ),
    _alert(
        "at no number",
        (f"{THRESHOLD}[gte]", "ten"),
        param=f"{THRESHOLD}[gte]",
        code="parameter_invalid_integer",
        message="Invalid integer: ten",
    ),
    _alert(
        "at an empty number",
        (f"{THRESHOLD}[gte]", ""),
        param=f"{THRESHOLD}[gte]",
        code="parameter_invalid_empty",
        message=empty(f"{THRESHOLD}[gte]"),
    ),
    _alert(
        "further than totals are written",
        (f"{THRESHOLD}[gte]", "1e15"),
        param=f"{THRESHOLD}[gte]",
        message="Invalid usage_threshold[gte]: 1e15 has more than 15 digits before the decimal "
        "point, or more than 15 after it.",
    ),
    _alert(
        "of no meter",
        (f"{THRESHOLD}[meter]", "mtr_x"),
        param=f"{THRESHOLD}[meter]",
        code="resource_missing",
        message="No such meter: 'mtr_x'",
    ),
    _alert(
        "of a deleted customer",
        (f"{FILTER}[type]", "customer"),
        (f"{FILTER}[customer]", "<deleted>"),
        param=f"{FILTER}[customer]",
        code="resource_missing",
        message="No such customer: '<deleted>'",
    ),
    _alert(
        "of a customer who is not named",
        (f"{FILTER}[type]", "customer"),
        param=f"{FILTER}[customer]",
        code="parameter_missing",
        message=f"Missing required param: {FILTER}[customer].",
    ),
    _alert(
        "of two customers",
        (f"{FILTER}[type]", "customer"),
        (f"{FILTER}[customer]", "<customer>"),
        (f"{THRESHOLD}[filters][1][type]", "customer"),
        (f"{THRESHOLD}[filters][1][customer]", "<customer>"),
        param=f"{THRESHOLD}[filters][1]",
        message="An alert can be limited to one customer; create one alert for each.",
    ),
    _alert(
        "of a dimension that the meter does not have",
        (f"{FILTER}[type]", "dimension"),
        (f"{FILTER}[dimension]", "model"),
        (f"{FILTER}[value]", "opus"),
        param=f"{FILTER}[dimension]",
        message="'model' is not a dimension of meter <meter>; its dimensions are: none.",
    ),
    _alert(
        "of a dimension with a customer",
        (f"{THRESHOLD}[meter]", "<grouped>"),
        (f"{FILTER}[type]", "dimension"),
        (f"{FILTER}[dimension]", "model"),
        (f"{FILTER}[value]", "opus"),
        (f"{FILTER}[customer]", "<customer>"),
        param=f"{FILTER}[customer]",
        code="parameter_unknown",
        message=f"Received unknown parameter: {FILTER}[customer]. A filter of type dimension does "
        "not take it.",
    ),
    _alert(
        "with metadata",
        ("metadata[a]", "b"),
        param="metadata",
        code="parameter_unknown",
        message="Received unknown parameter: metadata. Alerts have none, as on Stripe; put what "
        "you need into the title.",
    ),
    Refusal(
        name="alert: of spend by a dimension",
        method="POST",
        path=ALERTS,
        body=form(
            {
                "alert_type": "spend_threshold",
                "title": "Spent",
                "spend_threshold[gte][type]": "amount",
                "spend_threshold[gte][amount][currency]": "usd",
                "spend_threshold[gte][amount][value]": "5",
                "spend_threshold[filters][0][type]": "dimension",
            }
        ),
        param="spend_threshold[filters][0][type]",
        message="Only usage has dimensions; limit this alert to a customer, or send a "
        "usage_threshold.",
    ),
    _absent("GET", f"{ALERTS}/alrt_x"),
    *(_absent("POST", f"{ALERTS}/alrt_x/{verb}") for verb in ("activate", "deactivate", "archive")),
    _absent("GET", f"{ALERTS}/alrt_x/notifications"),
    Refusal(
        name="alerts: after one that is not there",
        method="GET",
        path=f"{ALERTS}?starting_after=alrt_x",
        code="resource_missing",
        param="starting_after",
        message="No such billing alert: 'alrt_x'",
    ),
)
