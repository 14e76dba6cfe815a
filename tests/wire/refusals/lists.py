"""Lists and single objects: limits, cursors, filters, ids, expansions; customers and metadata."""

from tests.wire.refusals.refusal import CUSTOMERS, EVENTS, METERS, NOON, Refusal, empty

SUMMARIES = METERS + "/<meter>/event_summaries"
FULL = f"customer=<customer>&start_time={NOON - 3_600}&end_time={NOON}"
DAY = 86_400
MIDNIGHT = NOON - DAY // 2
UNSUMMARIZED = "Page with the ids of a list that was asked for with the same parameters."


def _integer(name: str, path: str, param: str, sent: str, message: str) -> Refusal:
    return Refusal(
        name=name,
        method="GET",
        path=f"{path}{'&' if '?' in path else '?'}{param}={sent}",
        code="parameter_invalid_integer",
        param=param,
        message=message,
    )


def _missing(
    name: str,
    method: str,
    path: str,
    noun: str,
    id: str,
    *,
    param: str | None = None,
    part: str = "id",
    hint: str = "",
) -> Refusal:
    """An id that names nothing: 404 where it is part of the address, 400 where a parameter."""
    return Refusal(
        name=f"no such {name}",
        method=method,
        path=path,
        status=404 if param is None else 400,
        code="resource_missing",
        param=param or part,
        message=f"No such {noun}: '{id}'{hint}",
    )


def _summary(
    name: str, query: str, param: str, message: str, *, code: str | None = None
) -> Refusal:
    return Refusal(
        name=f"summaries: {name}",
        method="GET",
        path=f"{SUMMARIES}?{query}",
        code=code,
        param=param,
        message=message,
    )


def _off(param: str, time: int, boundary: str, step: int) -> str:
    below = time // step * step
    return (
        f"Invalid {param}: {time} does not lie on a {boundary} boundary. Use {below} or "
        f"{below + step}."
    )


INTEGERS = (
    _integer(
        "limit 0",
        METERS,
        "limit",
        "0",
        "This value must be greater than or equal to 1 (it currently is '0').",
    ),
    _integer(
        "limit 101",
        METERS,
        "limit",
        "101",
        "This value must be less than or equal to 100 (it currently is '101').",
    ),
    _integer(
        "limit -1",
        CUSTOMERS,
        "limit",
        "-1",
        "This value must be greater than or equal to 1 (it currently is '-1').",
    ),
    _integer("limit 1.5", EVENTS, "limit", "1.5", "Invalid integer: 1.5"),
    _integer("limit abc", EVENTS, "limit", "abc", "Invalid integer: abc"),
    _integer("limit +1", EVENTS, "limit", "%2B1", "Invalid integer: +1"),
    _integer("limit of 20 digits", CUSTOMERS, "limit", "9" * 20, f"Invalid integer: {'9' * 20}"),
    _integer(
        "limit of summaries",
        f"{SUMMARIES}?{FULL}",
        "limit",
        "101",
        "This value must be less than or equal to 100 (it currently is '101').",
    ),
    _integer(
        "a creation before time",
        CUSTOMERS,
        "created",
        "-1",
        "This value must be greater than or equal to 0 (it currently is '-1').",
    ),
    _integer(
        "a creation after time",
        CUSTOMERS,
        "created[lt]",
        "253402300800",
        "This value must be less than or equal to 253402300799 (it currently is '253402300800').",
    ),
)

CURSORS = (
    *(
        Refusal(
            name=f"both cursors of {path}",
            method="GET",
            path=f"{path}?starting_after=a&ending_before=b",
            code="parameters_exclusive",
            param="ending_before",
            message="You may only specify one of these parameters: ending_before, starting_after.",
        )
        for path in (METERS, CUSTOMERS, EVENTS)
    ),
    Refusal(
        name="both cursors of summaries",
        method="GET",
        path=f"{SUMMARIES}?{FULL}&starting_after=a&ending_before=b",
        code="parameters_exclusive",
        param="ending_before",
        message="You may only specify one of these parameters: ending_before, starting_after.",
    ),
    _missing(
        "meter cursor",
        "GET",
        METERS + "?starting_after=mtr_x",
        "meter",
        "mtr_x",
        param="starting_after",
    ),
    _missing(
        "customer cursor",
        "GET",
        CUSTOMERS + "?ending_before=<meter>",
        "customer",
        "<meter>",
        param="ending_before",
    ),
    _missing(
        "event cursor",
        "GET",
        EVENTS + "?starting_after=taken",
        "meter event",
        "taken",
        param="starting_after",
        hint=". Page with the `id` of an event of this list.",
    ),
    _missing(
        "live event cursor",
        "GET",
        EVENTS + "?ending_before=mtrev_1",
        "meter event",
        "mtrev_1",
        param="ending_before",
        hint=". Page with the `id` of an event of this list.",
    ),
    _missing(
        "summary cursor",
        "GET",
        f"{SUMMARIES}?{FULL}&starting_after=mtrusg_test_x",
        "meter event summary in this list",
        "mtrusg_test_x",
        param="starting_after",
        hint=f". {UNSUMMARIZED}",
    ),
)

UNKNOWN_IDS = (
    _missing("meter", "GET", METERS + "/mtr_x", "meter", "mtr_x"),
    _missing("meter to rename", "POST", METERS + "/mtr_x", "meter", "mtr_x"),
    _missing("meter to deactivate", "POST", METERS + "/mtr_x/deactivate", "meter", "mtr_x"),
    _missing("meter to reactivate", "POST", METERS + "/mtr_x/reactivate", "meter", "mtr_x"),
    _missing("a customer for a meter", "GET", METERS + "/<customer>", "meter", "<customer>"),
    _missing(
        "summaries of a meter", "GET", f"{METERS}/mtr_x/event_summaries?{FULL}", "meter", "mtr_x"
    ),
    _missing("customer", "GET", CUSTOMERS + "/cus_x", "customer", "cus_x"),
    _missing("customer to change", "POST", CUSTOMERS + "/cus_x", "customer", "cus_x"),
    _missing("customer to delete", "DELETE", CUSTOMERS + "/cus_x", "customer", "cus_x"),
    _missing(
        "deleted customer to change", "POST", CUSTOMERS + "/<deleted>", "customer", "<deleted>"
    ),
    _missing(
        "deleted customer to delete", "DELETE", CUSTOMERS + "/<deleted>", "customer", "<deleted>"
    ),
    _missing("odd customer", "GET", CUSTOMERS + "/%22%3Cb%3E%20%E2%9C%93", "customer", '"<b> ✓'),
    _missing(
        "event", "GET", EVENTS + "/never-sent", "meter event", "never-sent", part="identifier"
    ),
)

SUMMARY = (
    _summary(
        "no customer",
        f"start_time={NOON - 60}&end_time={NOON}",
        "customer",
        "Missing required param: customer.",
        code="parameter_missing",
    ),
    _summary(
        "no start",
        f"customer=<customer>&end_time={NOON}",
        "start_time",
        "Missing required param: start_time.",
        code="parameter_missing",
    ),
    _summary(
        "no end",
        f"customer=<customer>&start_time={NOON - 60}",
        "end_time",
        "Missing required param: end_time.",
        code="parameter_missing",
    ),
    _summary(
        "unknown customer",
        f"customer=cus_x&start_time={NOON - 60}&end_time={NOON}",
        "customer",
        "No such customer: 'cus_x'",
        code="resource_missing",
    ),
    _summary(
        "start off the minute",
        f"customer=<customer>&start_time={NOON - 61}&end_time={NOON}",
        "start_time",
        _off("start_time", NOON - 61, "minute", 60),
    ),
    _summary(
        "end off the minute",
        f"customer=<customer>&start_time={NOON - 60}&end_time={NOON + 1}",
        "end_time",
        _off("end_time", NOON + 1, "minute", 60),
    ),
    _summary(
        "start off the hour",
        f"customer=<customer>&start_time={NOON - 60}&end_time={NOON}&value_grouping_window=hour",
        "start_time",
        _off("start_time", NOON - 60, "hour", 3_600),
    ),
    _summary(
        "end off the UTC day",
        f"customer=<customer>&start_time={MIDNIGHT}&end_time={NOON}&value_grouping_window=day",
        "end_time",
        _off("end_time", NOON, "UTC day", DAY),
    ),
    _summary(
        "start at the end",
        f"customer=<customer>&start_time={NOON}&end_time={NOON}",
        "end_time",
        f"Invalid end_time: {NOON} must be later than start_time ({NOON}).",
    ),
    _summary(
        "start after the end",
        f"customer=<customer>&start_time={NOON}&end_time={NOON - 60}",
        "end_time",
        f"Invalid end_time: {NOON - 60} must be later than start_time ({NOON}).",
    ),
    _summary(
        "a window of weeks",
        f"{FULL}&value_grouping_window=week",
        "value_grouping_window",
        "Invalid value_grouping_window: must be one of day, or hour",
    ),
    _summary(
        "an empty window",
        f"{FULL}&value_grouping_window=",
        "value_grouping_window",
        empty("value_grouping_window"),
        code="parameter_invalid_empty",
    ),
    _summary(
        "an empty as_of", f"{FULL}&as_of=", "as_of", empty("as_of"), code="parameter_invalid_empty"
    ),
    _summary(
        "as_of in the future",
        f"{FULL}&as_of={NOON + 1}",
        "as_of",
        f"Invalid as_of: {NOON + 1} lies in the future, where the answer can still change. Use "
        f"{NOON} or earlier, or leave as_of out for the present answer.",
    ),
    _summary(
        "a filter by no dimension",
        f"{FULL}&dimension_filters[model]=x",
        "dimension_filters[model]",
        "'model' is not a dimension of meter <meter>; its dimensions are: none.",
    ),
    _summary(
        "groups by no dimension",
        f"{FULL}&dimension_group_by_keys[]=model",
        "dimension_group_by_keys[0]",
        "'model' is not a dimension of meter <meter>; its dimensions are: none.",
    ),
    _summary(
        "milliseconds",
        f"customer=<customer>&start_time={NOON}000&end_time={NOON + 60}000",
        "start_time",
        f"This value must be less than or equal to 253402300799 (it currently is '{NOON}000').",
        code="parameter_invalid_integer",
    ),
    Refusal(
        name="summaries: a dimension of another meter",
        method="GET",
        path=f"{METERS}/<grouped>/event_summaries?{FULL}&dimension_filters[region]=x",
        param="dimension_filters[region]",
        message="'region' is not a dimension of meter <grouped>; its dimensions are: model.",
    ),
    Refusal(
        name="events: an empty range",
        method="GET",
        path=f"{EVENTS}?start_time={NOON}&end_time={NOON}",
        param="end_time",
        message=f"Invalid end_time: {NOON} must be later than start_time ({NOON}).",
    ),
    Refusal(
        name="events: cancelled perhaps",
        method="GET",
        path=f"{EVENTS}?canceled=maybe",
        param="canceled",
        message="Invalid boolean: maybe; send true or false",
    ),
)

EXPANSIONS = (
    Refusal(
        name="an expansion that is not there",
        method="GET",
        path=f"{METERS}/<meter>?expand[]=customer",
        param="expand[0]",
        message="This property cannot be expanded (customer).",
    ),
    Refusal(
        name="an expansion of a list without data",
        method="GET",
        path=f"{CUSTOMERS}?expand[]=data.test_clock&expand[]=test_clock",
        param="expand[1]",
        message="This property cannot be expanded (test_clock). You may want to try expanding "
        "'data.test_clock' instead.",
    ),
    Refusal(
        name="an expansion of five levels",
        method="POST",
        path=CUSTOMERS,
        body="expand[]=a.b.c.d.e",
        param="expand[0]",
        message="You cannot expand more than 4 levels of a property (got a.b.c.d.e).",
    ),
)

LISTS = (*INTEGERS, *CURSORS, *UNKNOWN_IDS, *SUMMARY, *EXPANSIONS)
