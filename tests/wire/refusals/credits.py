"""Credits that cannot be granted, changed or asked for."""

from tests.wire.refusals.refusal import NOON, Refusal, form

GRANTS = "/v1/billing/credit_grants"
SUMMARY = "/v1/billing/credit_balance_summary"
ENTRIES = "/v1/billing/credit_balance_transactions"
SCOPE = "applicability_config[scope]"
NO_ACCOUNTS = "There are no accounts here; name the customer in 'customer'."
FIXED = (
    "Only expires_at and metadata can be changed after a credit grant is created; void or expire "
    "the grant, and create a new one for anything else."
)
GRANT = {
    "customer": "<customer>",
    "amount[type]": "monetary",
    "amount[monetary][currency]": "usd",
    "amount[monetary][value]": "1000",
    f"{SCOPE}[price_type]": "metered",
}


def _grant(
    name: str,
    *changes: tuple[str, str | None],
    param: str,
    message: str,
    code: str | None = None,
) -> Refusal:
    return Refusal(
        name=f"credit grant: {name}",
        method="POST",
        path=GRANTS,
        body=form(GRANT, *changes),
        code=code,
        param=param,
        message=message,
    )


def _asked(name: str, path: str, *, param: str, message: str, code: str | None = None) -> Refusal:
    return Refusal(
        name=f"credits: {name}", method="GET", path=path, code=code, param=param, message=message
    )


def _absent(name: str, method: str, path: str, noun: str, id: str) -> Refusal:
    return Refusal(
        name=f"no such {name}",
        method=method,
        path=path,
        status=404,
        code="resource_missing",
        param="id",
        message=f"No such {noun}: '{id}'",
    )


GRANTING = (
    _grant(
        "of nobody",
        ("customer", None),
        param="customer",
        code="parameter_missing",
        message="Missing required param: customer.",
    ),
    _grant(
        "of an unknown customer",
        ("customer", "cus_x"),
        param="customer",
        code="resource_missing",
        message="No such customer: 'cus_x'",
    ),
    _grant(
        "of a deleted customer",
        ("customer", "<deleted>"),
        param="customer",
        code="resource_missing",
        message="No such customer: '<deleted>'",
    ),
    _grant(
        "of an account",
        ("customer_account", "acct_1"),
        param="customer_account",
        code="parameter_unknown",
        message=f"Received unknown parameter: customer_account. {NO_ACCOUNTS}",
    ),
    _grant(
        "without an amount of money",
        ("amount[monetary][currency]", None),
        ("amount[monetary][value]", None),
        param="amount[monetary]",
        code="parameter_missing",
        message="Missing required param: amount[monetary].",
    ),
    _grant(
        "of nothing",
        ("amount[monetary][value]", "0"),
        param="amount[monetary][value]",
        code="parameter_invalid_integer",
        message="This value must be greater than or equal to 1 (it currently is '0').",
    ),
    _grant(
        "of half a cent",
        ("amount[monetary][value]", "0.5"),
        param="amount[monetary][value]",
        code="parameter_invalid_integer",
        message="Invalid integer: 0.5",
    ),
    _grant(
        "in no currency",
        ("amount[monetary][currency]", "dollars"),
        param="amount[monetary][currency]",
        message="Invalid currency: dollars; send a three-letter ISO code, such as usd",
    ),
    _grant(
        "of what a currency cannot be paid in",
        ("amount[monetary][currency]", "kwd"),
        ("amount[monetary][value]", "1005"),
        param="amount[monetary][value]",
        message="Amounts in kwd are kept to the nearest ten of its minor unit, which 1005 is not. "
        "Send a value that ends in 0.",
    ),
    _grant(
        "for everything and for some",
        (f"{SCOPE}[prices][0][id]", "price_1"),
        param=f"{SCOPE}[price_type]",
        code="parameters_exclusive",
        message=f"You may only specify one of these parameters: {SCOPE}[price_type], "
        f"{SCOPE}[prices].",
    ),
    _grant(
        "for nothing",
        (f"{SCOPE}[price_type]", None),
        (f"{SCOPE}[prices]", ""),
        param=f"{SCOPE}[price_type]",
        code="parameter_missing",
        message=f"Missing required param: {SCOPE}[price_type]. Send metered, or name prices in "
        f"{SCOPE}[prices].",
    ),
    _grant(
        "for licensed prices",
        (f"{SCOPE}[price_type]", "licensed"),
        param=f"{SCOPE}[price_type]",
        message=f"Invalid {SCOPE}[price_type]: must be metered",
    ),
    _grant(
        "for an unknown price",
        (f"{SCOPE}[price_type]", None),
        (f"{SCOPE}[prices][0][id]", "price_x"),
        param=f"{SCOPE}[prices][0][id]",
        code="resource_missing",
        message="No such price: 'price_x'",
    ),
    _grant(
        "for billable items",
        (f"{SCOPE}[price_type]", None),
        (f"{SCOPE}[billable_items][0][id]", "x"),
        param=f"{SCOPE}[billable_items]",
        code="parameter_unknown",
        message=f"Received unknown parameter: {SCOPE}[billable_items]. Name the metered prices in "
        "'prices'.",
    ),
    _grant(
        "for 21 prices",
        (f"{SCOPE}[price_type]", None),
        *((f"{SCOPE}[prices][{number}][id]", f"price_{number}") for number in range(21)),
        param=f"{SCOPE}[prices]",
        message="A scope can name at most 20 prices; this one names 21.",
    ),
    _grant(
        "that has expired",
        ("expires_at", str(NOON)),
        param="expires_at",
        message=f"expires_at must lie in the future; {NOON} is not later than {NOON}. To take "
        "credits away now, expire the grant.",
    ),
    _grant(
        "that expires before it is in effect",
        ("effective_at", str(NOON + 9)),
        ("expires_at", str(NOON + 9)),
        param="expires_at",
        message=f"expires_at must be later than effective_at ({NOON + 9}); it currently is "
        f"{NOON + 9}.",
    ),
    _grant(
        "of priority 101",
        ("priority", "101"),
        param="priority",
        code="parameter_invalid_integer",
        message="This value must be less than or equal to 100 (it currently is '101').",
    ),
    _grant(
        "of no known category",
        ("category", "stolen"),
        param="category",
        message="Invalid category: must be one of paid, or promotional",
    ),
    _grant(
        "with a name of 101 characters",
        ("name", "x" * 101),
        param="name",
        message=f"Invalid string: {'x' * 100}…; must be at most 100 characters",
    ),
)

CHANGING = (
    Refusal(
        name="credit grant: another amount",
        method="POST",
        path=f"{GRANTS}/credgr_x",
        body="amount[monetary][value]=5",
        code="parameter_unknown",
        param="amount",
        message=f"Received unknown parameter: amount. {FIXED}",
    ),
    *(
        _absent(f"credit grant to {verb}", method, f"{GRANTS}/credgr_x{part}", *named)
        for named in [("credit grant", "credgr_x")]
        for verb, method, part in (
            ("retrieve", "GET", ""),
            ("change", "POST", ""),
            ("expire", "POST", "/expire"),
            ("void", "POST", "/void"),
        )
    ),
    _absent(
        "entry of the ledger",
        "GET",
        f"{ENTRIES}/cbtxn_x",
        "credit balance transaction",
        "cbtxn_x",
    ),
)

ASKING = (
    _asked(
        "a balance without a filter",
        f"{SUMMARY}?customer=<customer>",
        param="filter",
        code="parameter_missing",
        message="Missing required param: filter.",
    ),
    _asked(
        "the balance of nobody",
        f"{SUMMARY}?filter[type]=credit_grant",
        param="customer",
        code="parameter_missing",
        message="Missing required param: customer.",
    ),
    _asked(
        "the balance of an unknown customer",
        f"{SUMMARY}?customer=cus_x&filter[type]=credit_grant&filter[credit_grant]=credgr_x",
        param="customer",
        code="resource_missing",
        message="No such customer: 'cus_x'",
    ),
    _asked(
        "the balance of a deleted customer",
        f"{SUMMARY}?customer=<deleted>&filter[type]=applicability_scope"
        "&filter[applicability_scope][price_type]=metered",
        param="customer",
        code="resource_missing",
        message="No such customer: '<deleted>'",
    ),
    _asked(
        "the balance of an unknown grant",
        f"{SUMMARY}?customer=<customer>&filter[type]=credit_grant&filter[credit_grant]=credgr_x",
        param="filter[credit_grant]",
        code="resource_missing",
        message="No such credit grant: 'credgr_x'",
    ),
    _asked(
        "the balance of no grant",
        f"{SUMMARY}?customer=<customer>&filter[type]=credit_grant",
        param="filter[credit_grant]",
        code="parameter_missing",
        message="Missing required param: filter[credit_grant].",
    ),
    _asked(
        "the balance of no scope",
        f"{SUMMARY}?customer=<customer>&filter[type]=applicability_scope",
        param="filter[applicability_scope]",
        code="parameter_missing",
        message="Missing required param: filter[applicability_scope].",
    ),
    _asked(
        "the balance for an unknown price",
        f"{SUMMARY}?customer=<customer>&filter[type]=applicability_scope"
        "&filter[applicability_scope][prices][0][id]=price_x",
        param="filter[applicability_scope][prices][0][id]",
        code="resource_missing",
        message="No such price: 'price_x'",
    ),
    _asked(
        "the ledger of nobody",
        ENTRIES,
        param="customer",
        code="parameter_missing",
        message="Missing required param: customer.",
    ),
    _asked(
        "the ledger after an unknown entry",
        f"{ENTRIES}?customer=<customer>&starting_after=cbtxn_x",
        param="starting_after",
        code="resource_missing",
        message="No such credit balance transaction: 'cbtxn_x'",
    ),
    _asked(
        "grants after an unknown one",
        f"{GRANTS}?starting_after=credgr_x",
        param="starting_after",
        code="resource_missing",
        message="No such credit grant: 'credgr_x'",
    ),
    _asked(
        "grants with their prices",
        f"{GRANTS}?expand[]=data.prices",
        param="expand[0]",
        message="This property cannot be expanded (data.prices).",
    ),
)

CREDITS = (*GRANTING, *CHANGING, *ASKING)
