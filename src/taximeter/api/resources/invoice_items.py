"""`/v1/invoiceitems`."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import expanded
from taximeter.api.lists import (
    CreatedParam,
    ListObject,
    ListParams,
    UnixTime,
    created_range,
    list_object,
    unknown_cursor,
)
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.customer import customer_object
from taximeter.api.wire.invoice_item import (
    DeletedInvoiceItemObject,
    InvoiceItemObject,
    invoice_item_object,
)
from taximeter.errors import InvalidRequest, ParametersExclusive, ResourceMissing
from taximeter.invoicing import invoice_items
from taximeter.invoicing.invoice import InvoiceItem, InvoiceItemFilter
from taximeter.invoicing.invoice_items import ItemChange, NewItem
from taximeter.kit import decimals
from taximeter.kit.paging import UnknownCursor
from taximeter.pricing.amounts import AMOUNT_MAX, Amount, DecimalText, read_amount
from taximeter.pricing.draft import read_currency

EXPANDABLE = frozenset({"customer", "discounts", "test_clock"})
_TAXES = "Taxes are not computed here; leave it out."
_QUANTITY_PLACES_MAX = 12
_REFUSED = {
    "customer_account": "There are no accounts here; name the customer in 'customer'.",
    "discounts": "It is not supported here; leave it out.",
    "invoicing_rules": "It is not supported here; leave it out.",
    "tax_behavior": _TAXES,
    "tax_code": _TAXES,
    "tax_rates": _TAXES,
}

SignedAmount = Annotated[int, msgspec.Meta(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]


class PeriodParam(msgspec.Struct, frozen=True, kw_only=True):
    """A half-open period."""

    end: UnixTime
    start: UnixTime


class PricingParam(msgspec.Struct, frozen=True, kw_only=True):
    """The price of an item."""

    price: str


class PriceDataParam(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit costs, without a price of its own."""

    refused = {"tax_behavior": _TAXES}

    currency: str
    product: str
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


class ItemUpdate(Params, frozen=True, kw_only=True):
    """What changing an item takes."""

    refused = _REFUSED

    amount: SignedAmount | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    discountable: bool | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    period: PeriodParam | UnsetType = UNSET
    price_data: PriceDataParam | UnsetType = UNSET
    pricing: PricingParam | UnsetType = UNSET
    quantity: Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MAX)] | UnsetType = UNSET
    quantity_decimal: DecimalText | UnsetType = UNSET
    unit_amount_decimal: DecimalText | UnsetType = UNSET

    def change(self) -> ItemChange:
        """Return what was sent of it. Raises InvalidRequest and its kind."""
        values: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("amount", "description", "discountable", "metadata")
        }
        if self.period is not UNSET:
            values["period"] = (self.period.start, self.period.end)
        values["quantity"] = self._quantity()
        named = [
            name
            for name in ("price_data", "pricing", "unit_amount_decimal")
            if getattr(self, name) is not UNSET
        ]
        if len(named) > 1:
            raise ParametersExclusive(
                f"You may only specify one of these parameters: {', '.join(named)}.",
                param=named[0],
            )
        if self.pricing is not UNSET:
            values["price"] = self.pricing.price
        if self.unit_amount_decimal is not UNSET:
            values["unit_amount"] = _signed(self.unit_amount_decimal)
        if self.price_data is not UNSET:
            data = self.price_data
            values["product"] = data.product
            values["unit_amount"] = read_amount(
                data.unit_amount, data.unit_amount_decimal, name="unit_amount", path="price_data"
            )
        return ItemChange(**values)

    def _quantity(self) -> Decimal | UnsetType:
        if self.quantity_decimal is UNSET:
            return UNSET if self.quantity is UNSET else Decimal(self.quantity)
        if self.quantity is not UNSET:
            raise ParametersExclusive(
                "You may only specify one of these parameters: quantity, quantity_decimal.",
                param="quantity_decimal",
            )
        number = decimals.parse(self.quantity_decimal)
        if (
            number is None
            or not 0 <= number <= AMOUNT_MAX
            or decimals.decimal_places(number) > _QUANTITY_PLACES_MAX
        ):
            raise InvalidRequest(
                f"Invalid decimal: {self.quantity_decimal}; send a quantity that is not negative, "
                f"with at most {_QUANTITY_PLACES_MAX} decimal places",
                param="quantity_decimal",
            )
        return decimals.normal(number)


def _signed(text: str) -> Decimal:
    """Read a unit amount, which credits with a minus."""
    bare = text.removeprefix("-")
    amount = read_amount(None, bare, name="unit_amount", path="")
    assert amount is not None, "a text is read or refused"
    return amount if bare == text else amount.copy_negate()


class ItemCreate(ItemUpdate, frozen=True, kw_only=True):
    """What making an item takes."""

    customer: str | None = None
    currency: str | None = None
    invoice: str | None = None
    subscription: str | None = None


class ItemList(ListParams, frozen=True, kw_only=True):
    """What listing items takes."""

    refused = {"customer_account": _REFUSED["customer_account"]}

    created: UnixTime | CreatedParam | None = None
    customer: str | None = None
    invoice: str | None = None
    pending: bool | None = None


def _create(context: Context, params: ItemCreate) -> InvoiceItemObject:
    currency = params.currency
    if params.price_data is not UNSET:
        currency = params.price_data.currency
        product = params.price_data.product
        if context.unit.products.get(context.environment.id, product) is None:
            raise ResourceMissing(f"No such product: '{product}'", param="price_data[product]")
    if currency is not None:
        currency = read_currency(currency, "currency")
    item = invoice_items.create(
        unit=context.unit,
        environment=context.environment,
        clock=context.services.clock,
        new=NewItem(
            customer=params.customer,
            currency=currency,
            invoice=params.invoice,
            subscription=params.subscription,
            change=params.change(),
        ),
    )
    return _view(context, params, item)


def _retrieve(context: Context, params: Params) -> InvoiceItemObject:
    item = invoice_items.retrieve(
        unit=context.unit,
        environment=context.environment,
        id=context.path_params["invoiceitem"],
    )
    return _view(context, params, item)


def _update(context: Context, params: ItemUpdate) -> InvoiceItemObject:
    item = invoice_items.update(
        unit=context.unit,
        environment=context.environment,
        id=context.path_params["invoiceitem"],
        change=params.change(),
    )
    return _view(context, params, item)


def _delete(context: Context, params: Params) -> DeletedInvoiceItemObject:
    item = invoice_items.delete(
        unit=context.unit,
        environment=context.environment,
        id=context.path_params["invoiceitem"],
    )
    return DeletedInvoiceItemObject(id=item.id)


def _list(context: Context, params: ItemList) -> ListObject[InvoiceItemObject]:
    where = InvoiceItemFilter(
        created=created_range(params.created),
        customer=params.customer,
        invoice=params.invoice,
        pending=params.pending,
    )
    try:
        page = context.unit.invoice_items.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "invoiceitem") from None
    return list_object(page, context.path, lambda item: _view(context, params, item))


def _view(context: Context, params: Params, item: InvoiceItem) -> InvoiceItemObject:
    customer = None
    if "customer" in expanded(params.expand, in_list=isinstance(params, ListParams)):
        found = context.unit.customers.get(context.environment.id, item.customer)
        assert found is not None, "customers are kept for what they owe"
        customer = customer_object(found, context.environment)
    return invoice_item_object(item, context.environment, customer=customer)


_ALL = "/v1/invoiceitems"
_ONE = "/v1/invoiceitems/{invoiceitem}"

ENDPOINTS = (
    Endpoint(method="POST", path=_ALL, params=ItemCreate, run=_create, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_ALL, params=ItemList, run=_list, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=EXPANDABLE),
    Endpoint(method="POST", path=_ONE, params=ItemUpdate, run=_update, expandable=EXPANDABLE),
    Endpoint(method="DELETE", path=_ONE, params=Params, run=_delete, expandable=EXPANDABLE),
)
