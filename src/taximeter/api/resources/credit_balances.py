"""`/v1/billing/credit_balance_summary` and `/v1/billing/credit_balance_transactions`."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import expanded
from taximeter.api.lists import ListObject, ListParams, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.resources.credit_grants import NO_ACCOUNTS, ScopeParam, expanded_clock
from taximeter.api.services import Context
from taximeter.api.wire.credit_balance import (
    CreditBalanceSummaryObject,
    CreditBalanceTransactionObject,
    summary_object,
    transaction_object,
)
from taximeter.api.wire.credit_grant import credit_grant_object
from taximeter.api.wire.customer import customer_object
from taximeter.credits.balance import Scope, add_up, within
from taximeter.credits.grant import CreditBalanceTransaction, CreditGrant
from taximeter.customers import Customer
from taximeter.errors import NotFound, ParameterMissing, ResourceMissing
from taximeter.invoicing.unbilled import credits_left, unbilled_invoices
from taximeter.kit.paging import UnknownCursor
from taximeter.test_clocks import present

_SCOPE = "filter[applicability_scope]"


class FilterParam(msgspec.Struct, frozen=True, kw_only=True):
    """Which credits to add up: those that pay for a scope, or one grant."""

    type: Literal["applicability_scope", "credit_grant"]
    applicability_scope: ScopeParam | None = None
    credit_grant: str | None = None


class SummaryParams(Params, frozen=True, kw_only=True):
    """What asking for a balance takes; `live` is ours."""

    refused = {"customer_account": NO_ACCOUNTS}

    customer: str
    filter: FilterParam
    live: bool = False


class TransactionList(ListParams, frozen=True, kw_only=True):
    """What listing the ledger takes."""

    refused = {"customer_account": NO_ACCOUNTS}

    customer: str
    credit_grant: str | None = None


def _summary(context: Context, params: SummaryParams) -> CreditBalanceSummaryObject:
    customer = _customer(context, params.customer)
    if customer.deleted_at is not None:
        # It has nothing to spend any more; its test clock may be gone, and with it the time.
        raise _no_customer(params.customer)
    grants = _filtered(context, params)
    balances = context.unit.credit_ledger.balances(
        context.environment.id, [grant.id for grant in grants]
    )
    now = present(
        store=context.unit.test_clocks,
        environment=context.environment.id,
        test_clock=customer.test_clock,
        clock=context.services.clock,
    )
    live = _live(context, customer) if params.live else None
    whole = "customer" in expanded(params.expand)
    return summary_object(
        add_up(grants, balances=balances, now=now, live=live),
        context.environment,
        customer=customer_object(customer, context.environment) if whole else customer.id,
    )


def _live(context: Context, customer: Customer) -> dict[str, int]:
    """Return what will be left of each grant once all that was used by now is billed."""
    unit = context.unit
    grants = unit.credit_grants.of_customers(customer.environment, (customer.id,), ended=True)
    ids = [grant.id for grant in grants]
    invoices = unbilled_invoices(customer, billing=context.billing())
    return credits_left(
        invoices,
        customer=customer,
        grants=grants,
        balances=unit.credit_ledger.balances(customer.environment, ids),
    )


def _filtered(context: Context, params: SummaryParams) -> Sequence[CreditGrant]:
    store, environment = context.unit.credit_grants, context.environment.id
    where = params.filter
    if where.type == "credit_grant":
        if where.credit_grant is None:
            raise _missing("filter[credit_grant]")
        grant = store.get(environment, where.credit_grant)
        if grant is None or grant.customer != params.customer:
            raise ResourceMissing(
                f"No such credit grant: '{where.credit_grant}'", param="filter[credit_grant]"
            )
        return (grant,)
    if where.applicability_scope is None:
        raise _missing(_SCOPE)
    prices = where.applicability_scope.ids(_SCOPE)
    known = context.unit.prices.many(environment, prices)
    for index, id in enumerate(prices):
        if id not in known:
            raise ResourceMissing(f"No such price: '{id}'", param=f"{_SCOPE}[prices][{index}][id]")
    grants = store.of_customers(environment, (params.customer,), ended=True)
    return [grant for grant in grants if within(grant, Scope(prices=prices))]


def _missing(param: str) -> ParameterMissing:
    return ParameterMissing(f"Missing required param: {param}.", param=param)


def _customer(context: Context, id: str) -> Customer:
    customer = context.unit.customers.get(context.environment.id, id)
    if customer is None:
        raise _no_customer(id)
    return customer


def _no_customer(id: str) -> ResourceMissing:
    return ResourceMissing(f"No such customer: '{id}'", param="customer")


def _list(context: Context, params: TransactionList) -> ListObject[CreditBalanceTransactionObject]:
    _customer(context, params.customer)
    try:
        page = context.unit.credit_ledger.page(
            context.environment.id, params.cursor(), params.customer, params.credit_grant
        )
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "credit balance transaction") from None
    return list_object(page, context.path, lambda entry: _rendered(context, params, entry))


def _retrieve(context: Context, params: Params) -> CreditBalanceTransactionObject:
    id = context.path_params["id"]
    entry = context.unit.credit_ledger.get(context.environment.id, id)
    if entry is None:
        raise NotFound(f"No such credit balance transaction: '{id}'", param="id")
    return _rendered(context, params, entry)


def _rendered(
    context: Context, params: Params, entry: CreditBalanceTransaction
) -> CreditBalanceTransactionObject:
    names = expanded(params.expand, in_list=isinstance(params, ListParams))
    grant = None
    if "credit_grant" in names:
        found = context.unit.credit_grants.get(context.environment.id, entry.credit_grant)
        assert found is not None, "a grant with entries is never deleted"
        grant = credit_grant_object(found, context.environment)
    clock = expanded_clock(context, entry.test_clock) if "test_clock" in names else None
    return transaction_object(entry, context.environment, grant=grant, test_clock=clock)


_ALL = "/v1/billing/credit_balance_transactions"
_EXPANDABLE = frozenset({"credit_grant", "test_clock"})

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/billing/credit_balance_summary",
        params=SummaryParams,
        run=_summary,
        expandable=frozenset({"customer"}),
    ),
    Endpoint(method="GET", path=_ALL, params=TransactionList, run=_list, expandable=_EXPANDABLE),
    Endpoint(
        method="GET", path=_ALL + "/{id}", params=Params, run=_retrieve, expandable=_EXPANDABLE
    ),
)
