"""Requests that are wrong before any parameter is: address, encoding, size, key, headers."""

import base64

from tests.wire.refusals.refusal import ADJUSTMENTS, CUSTOMERS, EVENTS, METERS, Refusal

COMPATIBILITY = "See docs/compatibility.md for the addresses that this server knows."
NO_KEY = (
    "You did not provide an API key. Provide it in the Authorization header, as Bearer auth (e.g. "
    "'Authorization: Bearer YOUR_SECRET_KEY') or as the user name of Basic auth (curl -u "
    "YOUR_SECRET_KEY:)."
)
HOLDS_NO_KEY = (
    "The Authorization header holds no API key. Send it as 'Bearer YOUR_SECRET_KEY', or as the "
    "user name of Basic auth."
)
PUBLISHABLE = (
    "This API call cannot be made with a publishable API key. Use a secret key (starting with sk_) "
    "instead."
)
TOO_LARGE = (
    "The request body is larger than 1048576 bytes. Send less at a time, or raise "
    "TAXIMETER_BODY_BYTES_MAX."
)


def _address(method: str, path: str, hint: str, *, shown: str | None = None) -> Refusal:
    return Refusal(
        name=f"{method} {path}",
        method=method,
        path=path,
        status=404,
        message=f"Unrecognized request URL ({method}: {shown or path}). {hint}",
    )


def _form(name: str, body: bytes | str, contains: str, *, path: str = CUSTOMERS) -> Refusal:
    return Refusal(
        name=f"form: {name}",
        method="POST",
        path=path,
        body=body,
        message=f"Invalid request: the parameters contain {contains}.",
    )


def _query(name: str, query: str, contains: str) -> Refusal:
    return Refusal(
        name=f"query: {name}",
        method="GET",
        path=f"{METERS}?{query}",
        message=f"Invalid request: the parameters contain {contains}.",
    )


def _key(
    name: str, authorization: str, message: str, *, status: int = 401, code: str | None = None
) -> Refusal:
    return Refusal(
        name=f"key: {name}",
        method="GET",
        path=CUSTOMERS,
        headers={"Authorization": authorization},
        status=status,
        code=code,
        message=message,
    )


def _basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


ADDRESSES = (
    _address("GET", "/v1/nowhere", COMPATIBILITY),
    _address("GET", "/v1/customers/", COMPATIBILITY),
    _address("GET", "/v1/billing/meters/<meter>/nothing", COMPATIBILITY),
    _address("GET", "/V1/customers", COMPATIBILITY),
    _address("GET", "/v1//customers", COMPATIBILITY),
    _address("GET", "/v1/customers%2F", COMPATIBILITY, shown="/v1/customers/"),
    _address("DELETE", METERS + "/<meter>", "This address takes GET and POST."),
    _address("PUT", CUSTOMERS + "/<customer>", "This address takes DELETE and GET and POST."),
    _address("PATCH", CUSTOMERS, "This address takes GET and POST."),
    _address("DELETE", EVENTS, "This address takes GET and POST."),
    _address("POST", EVENTS + "/taken", "This address takes GET."),
    _address("GET", ADJUSTMENTS, "This address takes POST."),
    _address("GET", METERS + "/<meter>/deactivate", "This address takes POST."),
    _address("OPTIONS", METERS, "This address takes GET and POST."),
    _address("POST", "/healthz", "This address takes GET."),
    _address("DELETE", "/", "This address takes GET."),
)

PERCENT = "a % that is not followed by two hexadecimal digits; send %25 for %"
DEEP = "`a[b][c][d][e][f][g]`, which is nested more than 6 levels deep"
FORMS = (
    _form("a lone %", "name=100%", PERCENT),
    _form("a broken %", "name=%zz", PERCENT),
    _form("not UTF-8", b"name=\xff\xfe", "bytes that are not UTF-8"),
    _form("not UTF-8, encoded", "name=%C3%28", "bytes that are not UTF-8"),
    _form("half of a surrogate pair", "name=%ED%A0%80", "bytes that are not UTF-8"),
    _form("NUL", b"name=a\0b", "a NUL character"),
    _form("NUL, encoded", "metadata[a%00]=b", "a NUL character"),
    _form("value, then group", "a=1&a[b]=2", "`a[b]` both as a value and as a group"),
    _form("group, then value", "a[b]=2&a=1", "`a` both as a value and as a group"),
    _form("seven levels", "a[b][c][d][e][f][g]=1", DEEP),
    _form(
        "1001 parameters",
        "&".join(f"a{number}=1" for number in range(1_001)),
        "more than 1000 parameters",
    ),
    _form("1001 nothings", "&" * 1_000, "more than 1000 parameters"),
    _form(
        "an event that is not UTF-8", b"event_name=\xff", "bytes that are not UTF-8", path=EVENTS
    ),
    _query("a broken %", "starting_after=%4", PERCENT),
    _query("NUL", "starting_after=%00", "a NUL character"),
    _query("not UTF-8", "starting_after=%FF", "bytes that are not UTF-8"),
)

BODIES = (
    Refusal(
        name="JSON",
        method="POST",
        path=CUSTOMERS,
        body='{"name":"Ada"}',
        headers={"Content-Type": "application/json"},
        message="Invalid request: the content type is application/json. Send the parameters as "
        "application/x-www-form-urlencoded.",
    ),
    Refusal(
        name="a JSON event",
        method="POST",
        path=EVENTS,
        body='{"event_name":"tokens","payload":{"value":"5"}}',
        headers={"Content-Type": "application/json; charset=utf-8"},
        message="Invalid request: the content type is application/json; charset=utf-8. Send the "
        "parameters as application/x-www-form-urlencoded.",
    ),
    Refusal(
        name="JSON that says it is a form",
        method="POST",
        path=CUSTOMERS,
        body='{"name":"Ada"}',
        code="parameter_unknown",
        param='{"name":"Ada"}',
        message='Received unknown parameter: {"name":"Ada"}',
    ),
    Refusal(
        name="multipart",
        method="POST",
        path=CUSTOMERS,
        body='--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAda\r\n--x--\r\n',
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        message="Invalid request: the content type is multipart/form-data; boundary=x. Send the "
        "parameters as application/x-www-form-urlencoded.",
    ),
    Refusal(
        name="a body of a byte too many",
        method="POST",
        path=CUSTOMERS,
        body=b"name=" + b"x" * 1_048_572,
        status=413,
        message=TOO_LARGE,
    ),
    Refusal(
        name="a body of a byte too many, in chunks",
        method="POST",
        path=EVENTS,
        body=b"name=" + b"x" * 1_048_572,
        headers={"Transfer-Encoding": "chunked"},
        status=413,
        message=TOO_LARGE,
    ),
)

KEYS = (
    Refusal(
        name="no key",
        method="GET",
        path=CUSTOMERS,
        headers={"Authorization": "<none>"},
        status=401,
        message=NO_KEY,
    ),
    Refusal(
        name="no key for an event",
        method="POST",
        path=EVENTS,
        body="event_name=tokens",
        headers={"Authorization": "<none>"},
        status=401,
        message=NO_KEY,
    ),
    _key("another scheme", "Digest username=x", HOLDS_NO_KEY),
    _key("no scheme", "sk_test_BQokikJOvBiI2HlWgH4olfQ2", HOLDS_NO_KEY),
    _key("Bearer and nothing", "Bearer ", HOLDS_NO_KEY),
    _key("garbage for base64", "Basic $$$$", HOLDS_NO_KEY),
    _key("base64 of no text", "Basic " + base64.b64encode(b"\xff\xfe").decode(), HOLDS_NO_KEY),
    _key("only a password", _basic(b":sk_test_BQokikJOvBiI2HlWgH4olfQ2"), HOLDS_NO_KEY),
    _key(
        "publishable",
        "Bearer pk_test_0123456789abcdef",
        PUBLISHABLE,
        status=403,
        code="secret_key_required",
    ),
    _key(
        "unknown",
        "Bearer sk_live_0123456789abcdef",
        "Invalid API Key provided: sk_live_********cdef",
    ),
    _key(
        "unknown, by Basic",
        _basic(b"sk_live_0123456789abcdef:"),
        "Invalid API Key provided: sk_live_********cdef",
    ),
    _key(
        "restricted",
        "Bearer rk_test_0123456789abcdef",
        "Invalid API Key provided: rk_test_********cdef",
    ),
    _key("short", "Bearer hunter2", "Invalid API Key provided: *******"),
)

HEADERS = (
    Refusal(
        name="an idempotency key of 256 characters",
        method="POST",
        path=CUSTOMERS,
        headers={"Idempotency-Key": "k" * 256},
        message="Idempotency keys can have at most 255 characters; this one has 256.",
    ),
    Refusal(
        name="an idempotency key of 256 characters for an event",
        method="POST",
        path=EVENTS,
        body="event_name=tokens&payload[stripe_customer_id]=<customer>&payload[value]=1",
        headers={"Idempotency-Key": "k" * 256},
        message="Idempotency keys can have at most 255 characters; this one has 256.",
    ),
    Refusal(
        name="a version that is none",
        method="GET",
        path=CUSTOMERS,
        headers={"Stripe-Version": "latest"},
        message="Invalid Stripe API version: latest. Send a version such as 2026-10-28.endive, or "
        "leave the Stripe-Version header out.",
    ),
    *(
        Refusal(
            name=f"the header {name}",
            method="POST",
            path=EVENTS,
            body="event_name=tokens&payload[stripe_customer_id]=<customer>&payload[value]=1",
            headers={name: "acct_1"},
            message="Connected accounts are not supported: the Stripe-Account and Stripe-Context "
            "headers would be ignored. Use a key of the environment that the usage belongs to.",
        )
        for name in ("Stripe-Account", "Stripe-Context")
    ),
)

REQUESTS = (*ADDRESSES, *FORMS, *BODIES, *KEYS, *HEADERS)
