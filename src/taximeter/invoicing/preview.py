"""The use case of previews: an invoice as it would be, of which nothing is kept."""

from typing import Literal

import msgspec

from taximeter.errors import InvalidRequest, NotFound, ParameterMissing, ResourceMissing
from taximeter.invoicing.adjustment import (
    Adjustment,
    adjusted,
    billed_usage,
    ended_usage,
    opening_lines,
    prorations,
)
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.first import begun, first_lines, past_usage
from taximeter.invoicing.invoice import Invoice, InvoiceItem, Line
from taximeter.invoicing.items import item_lines, items_for
from taximeter.invoicing.late_invoices import billed_lately
from taximeter.invoicing.so_far import items_so_far, lines_so_far
from taximeter.invoicing.terms import Terms, read_terms
from taximeter.invoicing.upcoming import as_preview, upcoming
from taximeter.invoicing.usage import read_usage, settled_now
from taximeter.subscriptions.create import NewSubscription, create
from taximeter.subscriptions.items import prices_of
from taximeter.subscriptions.subscription import Subscription
from taximeter.subscriptions.update import SubscriptionChange, update

PreviewMode = Literal["next", "recurring"]


class PreviewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be previewed: a subscription, changed or not, or a new one of a customer."""

    customer: str | None = None
    subscription: str | None = None
    change: SubscriptionChange | None = None
    new: NewSubscription | None = None
    mode: PreviewMode = "next"


class _Basis(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription to be previewed, with what it would leave to be billed."""

    subscription: Subscription
    items: tuple[InvoiceItem, ...] = ()
    lines: tuple[Line, ...] = ()
    at_once: bool = False


def preview(request: PreviewRequest, *, billing: Billing) -> Invoice:
    """Return the next invoice, with usage to date; in `recurring` mode without one-off items.

    Raises NotFound where no invoice is to come, ResourceMissing, InvalidRequest, LogFailed.
    """
    if request.subscription is not None:
        return _of_subscription(request.subscription, request, billing)
    if request.customer is None:
        raise ParameterMissing(
            "Missing required param: subscription. Name a subscription, or a customer and "
            "subscription_details[items].",
            param="subscription",
        )
    if request.new is None:
        raise InvalidRequest(
            "Name a subscription, or the items of a new one in subscription_details[items].",
            param="subscription_details[items]",
        )
    return _of_new(request.customer, request.new, request, billing)


def _of_subscription(id: str, request: PreviewRequest, billing: Billing) -> Invoice:
    found = billing.unit.subscriptions.get(billing.environment, id)
    if found is None:
        raise ResourceMissing(f"No such subscription: '{id}'", param="subscription")
    if request.customer not in {None, found.customer}:
        raise InvalidRequest(
            f"Subscription {id} is not of customer {request.customer}; leave the customer out.",
            param="customer",
        )
    now = billing.present(found.test_clock)
    named = {item.price for item in found.items}
    if request.change is not None:
        named |= {one.price for one in request.change.items if one.price is not None}
    terms = read_terms(billing.unit, billing.environment, named)
    basis = _Basis(subscription=found)
    if request.change is not None:
        basis = _changed(found, request.change, terms, now, billing)
    return _next(basis, terms, now, request, billing)


def _changed(
    before: Subscription,
    change: SubscriptionChange,
    terms: Terms,
    now: int,
    billing: Billing,
) -> _Basis:
    """Return what a change would come to: see `invoicing.change`, which keeps the same."""
    prices = prices_of(before.items, change.items, terms.prices)
    updated = update(before, change, prices=prices, now=now)
    adjustment = Adjustment(
        before=before,
        after=updated.subscription,
        new_period=updated.new_period,
        behavior=change.proration_behavior,
        at=now if change.proration_date is None else change.proration_date,
        now=now,
    )
    ended = ended_usage(adjustment, terms)
    keys = billed_usage(adjustment, ended)
    usage = billing.read(keys, terms)
    after = adjusted(adjustment, terms, ended)
    items = prorations(adjustment, terms)
    lines = opening_lines(adjustment, terms)
    if adjustment.new_period:
        lines = [*lines_so_far(before, terms, keys, usage), *lines]
    else:
        items = (*items, *items_so_far(before, terms, keys, usage, now=now))
    return _Basis(
        subscription=after,
        items=items[::-1],
        lines=tuple(lines),
        at_once=adjustment.new_period or change.proration_behavior == "always_invoice",
    )


def _next(
    basis: _Basis, terms: Terms, now: int, request: PreviewRequest, billing: Billing
) -> Invoice:
    subscription, unit = basis.subscription, billing.unit
    pending = (
        *basis.items,
        *items_for(
            unit.invoice_items.pending(billing.environment, [subscription.customer]),
            customer=subscription.customer,
            currency=subscription.currency,
            subscription=subscription.id,
        ),
    )
    billed_now = basis.lines or any(item.amount for item in basis.items)
    if basis.at_once and billed_now and request.mode == "next":
        return _draft(subscription, pending, basis.lines, now)
    recurring = request.mode == "recurring"
    billed = billed_lately(
        unit, billing.environment, [subscription.id], settings=billing.settings, now=now
    )
    late = () if recurring else billed.get(subscription.id, ())
    prices = {line.price for one in late for line in one.lines if line.price is not None}
    if not prices <= terms.prices.keys():
        terms = read_terms(unit, billing.environment, prices | terms.prices.keys())
    as_of_us = settled_now(barrier=billing.barrier, clock=billing.clock)
    invoice = upcoming(
        subscription,
        now=now,
        terms=terms,
        pending=() if recurring else pending,
        billed=late,
        read=lambda keys: read_usage(
            keys,
            environment=billing.environment,
            meters=terms.meters,
            reader=billing.reader,
            as_of_us=as_of_us,
        ),
        settings=billing.settings,
    )
    if invoice is None:
        raise NotFound(
            f"No upcoming invoices for customer: '{subscription.customer}'",
            code="invoice_upcoming_none",
        )
    return invoice


def _of_new(id: str, new: NewSubscription, request: PreviewRequest, billing: Billing) -> Invoice:
    """Return the first invoice of a subscription that might be, or the one that follows it."""
    unit, environment = billing.unit, billing.environment
    customer = unit.customers.get(environment, id)
    if customer is None or customer.deleted_at is not None:
        raise ResourceMissing(f"No such customer: '{id}'", param="customer")
    named = {item.price for item in new.items if item.price is not None}
    terms = read_terms(unit, environment, named)
    now = billing.present(customer.test_clock)
    made = create(new, customer=customer, prices=prices_of((), new.items, terms.prices), now=now)
    past = past_usage(made, terms)
    keys = {f"{item} {key.start}": key for item, some in past.items() for key in some}
    lines = first_lines(
        made,
        terms,
        behavior=new.proration_behavior,
        past=past,
        usage=billing.read(keys, terms),
    )
    if not lines or request.mode == "recurring":
        basis = _Basis(subscription=begun(made, past))
        return _unsubscribed(_next(basis, terms, now, request, billing))
    pending = items_for(
        unit.invoice_items.pending(environment, [id]),
        customer=id,
        currency=made.currency,
        subscription=made.id,
    )
    return _unsubscribed(_draft(made, pending, lines, now))


def _unsubscribed(invoice: Invoice) -> Invoice:
    """Leave out the ids of a subscription that is not kept."""
    return msgspec.structs.replace(
        invoice,
        subscription=None,
        lines=tuple(
            msgspec.structs.replace(line, subscription=None, subscription_item=None)
            for line in invoice.lines
        ),
    )


def _draft(
    subscription: Subscription,
    items: tuple[InvoiceItem, ...],
    lines: tuple[Line, ...] | list[Line],
    now: int,
) -> Invoice:
    return as_preview(
        Invoice(
            id="",
            environment=subscription.environment,
            created=now,
            customer=subscription.customer,
            test_clock=subscription.test_clock,
            subscription=subscription.id,
            currency=subscription.currency,
            billing_reason="upcoming",
            collection_method=subscription.collection_method,
            days_until_due=subscription.days_until_due,
            period_start=subscription.current_period_start,
            period_end=now,
            lines=(*(line for item in items for line in item_lines(item)), *lines),
        )
    )
