"""Usage by meters and local windows: times, zones, meters, filters."""

from tests.wire.refusals.refusal import NOON, Refusal, empty

PATH = "/v1/billing/analytics/meter_usage"
RANGE = f"starts_at={NOON - 3_600}&ends_at={NOON}"
FULL = f"customer=<customer>&{RANGE}"
NO_TENANTS = "There are no tenants here: divide the usage by a dimension of the meter instead."
YEAR_9999 = 253_370_764_800


def _usage(name: str, query: str, param: str, message: str, *, code: str | None = None) -> Refusal:
    return Refusal(
        name=f"usage: {name}",
        method="GET",
        path=f"{PATH}?{query}",
        code=code,
        param=param,
        message=message,
    )


def _missing(param: str, query: str) -> Refusal:
    return _usage(
        f"no {param}",
        query,
        param,
        f"Missing required param: {param}.",
        code="parameter_missing",
    )


def _zone(name: str, sent: str, shown: str, hint: str) -> Refusal:
    return _usage(
        f"a zone {name}",
        f"{FULL}&timezone={sent}",
        "timezone",
        f"Invalid timezone: '{shown}' is not a zone of the IANA database. {hint}",
    )


TIMES = (
    _missing("customer", RANGE),
    _missing("starts_at", f"customer=<customer>&ends_at={NOON}"),
    _missing("ends_at", f"customer=<customer>&starts_at={NOON}"),
    _usage(
        "start off the minute",
        f"customer=<customer>&starts_at={NOON - 61}&ends_at={NOON}",
        "starts_at",
        f"Invalid starts_at: {NOON - 61} does not lie on a minute boundary. Use {NOON - 120} or "
        f"{NOON - 60}.",
    ),
    _usage(
        "end off the minute",
        f"customer=<customer>&starts_at={NOON - 60}&ends_at={NOON + 1}",
        "ends_at",
        f"Invalid ends_at: {NOON + 1} does not lie on a minute boundary. Use {NOON} or "
        f"{NOON + 60}.",
    ),
    _usage(
        "start at the end",
        f"customer=<customer>&starts_at={NOON}&ends_at={NOON}",
        "ends_at",
        f"Invalid ends_at: {NOON} must be later than starts_at ({NOON}).",
    ),
    _usage(
        "end before the start",
        f"customer=<customer>&starts_at={NOON}&ends_at={NOON - 60}",
        "ends_at",
        f"Invalid ends_at: {NOON - 60} must be later than starts_at ({NOON}).",
    ),
    _usage(
        "a start before time",
        f"customer=<customer>&starts_at=-60&ends_at={NOON}",
        "starts_at",
        "This value must be greater than or equal to 0 (it currently is '-60').",
        code="parameter_invalid_integer",
    ),
    _usage(
        "an end after time",
        f"customer=<customer>&starts_at={NOON}&ends_at={YEAR_9999 + 60}",
        "ends_at",
        f"This value must be less than or equal to {YEAR_9999} (it currently is "
        f"'{YEAR_9999 + 60}').",
        code="parameter_invalid_integer",
    ),
    _usage(
        "a date",
        f"customer=<customer>&starts_at=2026-09-22&ends_at={NOON}",
        "starts_at",
        "Invalid integer: 2026-09-22",
        code="parameter_invalid_integer",
    ),
    _usage(
        "as_of in the future",
        f"{FULL}&as_of={NOON + 1}",
        "as_of",
        f"Invalid as_of: {NOON + 1} lies in the future, where the answer can still change. Use "
        f"{NOON} or earlier, or leave as_of out for the present answer.",
    ),
)

WINDOWS = (
    _usage(
        "a window of years",
        f"{FULL}&value_grouping_window=year",
        "value_grouping_window",
        "Invalid value_grouping_window: must be one of day, hour, month, or week",
    ),
    _usage(
        "an empty window",
        f"{FULL}&value_grouping_window=",
        "value_grouping_window",
        empty("value_grouping_window"),
        code="parameter_invalid_empty",
    ),
    _usage(
        "hours of ten years",
        f"customer=<customer>&starts_at={NOON - 3_650 * 86_400}&ends_at={NOON}"
        "&value_grouping_window=hour",
        "ends_at",
        "From starts_at to ends_at there are more than 10000 windows of one hour. Ask for a "
        "shorter range or longer windows, or raise TAXIMETER_METER_USAGE_WINDOWS_MAX.",
    ),
    _usage(
        "months of eight thousand years",
        f"customer=<customer>&starts_at=0&ends_at={YEAR_9999}&value_grouping_window=month"
        "&timezone=Europe/Berlin",
        "ends_at",
        "From starts_at to ends_at there are more than 10000 windows of one month. Ask for a "
        "shorter range or longer windows, or raise TAXIMETER_METER_USAGE_WINDOWS_MAX.",
    ),
    _zone("by its city", "kathmandu", "kathmandu", "Did you mean Asia/Kathmandu?"),
    _zone(
        "in lower case",
        "america/new_york",
        "america/new_york",
        "Did you mean America/New_York?",
    ),
    _zone("that is none", "%E2%9C%93", "✓", "Use one such as Europe/Paris."),
    _zone(
        "that is a path", "../../etc/passwd", "../../etc/passwd", "Use one such as Europe/Paris."
    ),
    _zone("that is a folder", "Europe", "Europe", "Use one such as Europe/Paris."),
    _usage(
        "an empty zone",
        f"{FULL}&timezone=",
        "timezone",
        empty("timezone"),
        code="parameter_invalid_empty",
    ),
    _usage(
        "a zone of 101 characters",
        f"{FULL}&timezone={'x' * 101}",
        "timezone",
        f"Invalid string: {'x' * 100}…; must be at most 100 characters",
    ),
)

SELECTIONS = (
    _usage(
        "unknown customer",
        f"customer=cus_x&{RANGE}",
        "customer",
        "No such customer: 'cus_x'",
        code="resource_missing",
    ),
    _usage(
        "an unknown meter",
        f"{FULL}&meters[0][meter]=<meter>&meters[1][meter]=mtr_x",
        "meters[1][meter]",
        "No such meter: 'mtr_x'",
        code="resource_missing",
    ),
    _usage(
        "a meter twice",
        f"{FULL}&meters[0][meter]=<meter>&meters[1][meter]=<meter>",
        "meters[1][meter]",
        "Meter <meter> is named twice, and its rows could not be told apart. Ask for it once, or "
        "in a request of its own.",
    ),
    _usage(
        "a selection without a meter",
        f"{FULL}&meters[0][dimension_group_by_keys][0]=model",
        "meters[0][meter]",
        "Missing required param: meters[0][meter].",
        code="parameter_missing",
    ),
    _usage(
        "meters as a list of ids",
        f"{FULL}&meters[]=<meter>",
        "meters[0]",
        "Invalid object: <meter>",
    ),
    _usage(
        "no meters at all",
        f"{FULL}&meters=",
        "meters",
        "The list meters is empty. Name at least one meter, or leave meters out for the usage of "
        "all of them, added up.",
        code="parameter_invalid_empty",
    ),
    _usage(
        "101 meters",
        FULL + "".join(f"&meters[{index}][meter]=mtr_{index}" for index in range(101)),
        "meters",
        "A request can name at most 100 meters; this one names 101. Send several requests, or "
        "raise TAXIMETER_METER_USAGE_METERS_MAX.",
    ),
    _usage(
        "a filter by no dimension",
        f"{FULL}&meters[0][meter]=<grouped>&meters[0][dimension_filters][region][0]=x",
        "meters[0][dimension_filters][region]",
        "'region' is not a dimension of meter <grouped>; its dimensions are: model.",
    ),
    _usage(
        "a filter that is no list",
        f"{FULL}&meters[0][meter]=<grouped>&meters[0][dimension_filters][model]=large",
        "meters[0][dimension_filters][model]",
        "Invalid array: large",
    ),
    _usage(
        "a filter without values",
        f"{FULL}&meters[0][meter]=<grouped>&meters[0][dimension_filters][model]=",
        "meters[0][dimension_filters][model]",
        "The filter by 'model' lists no values, and nothing could pass it. List those that count, "
        "or leave the filter out.",
        code="parameter_invalid_empty",
    ),
    _usage(
        "a filter by an empty value",
        f"{FULL}&meters[0][meter]=<grouped>&meters[0][dimension_filters][model][]=",
        "meters[0][dimension_filters][model][0]",
        empty("meters[0][dimension_filters][model][0]"),
        code="parameter_invalid_empty",
    ),
    _usage(
        "groups by no dimension",
        f"{FULL}&meters[0][meter]=<meter>&meters[0][dimension_group_by_keys][0]=model",
        "meters[0][dimension_group_by_keys][0]",
        "'model' is not a dimension of meter <meter>; its dimensions are: none.",
    ),
    _usage(
        "tenants",
        f"{FULL}&meters[0][meter]=<meter>&meters[0][tenant_filters][team][0]=a",
        "meters[0][tenant_filters]",
        f"Received unknown parameter: meters[0][tenant_filters]. {NO_TENANTS}",
        code="parameter_unknown",
    ),
    _usage(
        "a page",
        f"{FULL}&limit=10",
        "limit",
        "Received unknown parameter: limit",
        code="parameter_unknown",
    ),
    _usage(
        "an expansion",
        f"{FULL}&expand[]=rows.data.meter",
        "expand[0]",
        "This property cannot be expanded (rows.data.meter).",
    ),
)

USAGE = (*TIMES, *WINDOWS, *SELECTIONS)
