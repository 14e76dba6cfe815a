"""Creating a price: a form, and beside it the curve of what it describes."""

import msgspec

from taximeter.dashboard.curve import (
    Curve,
    CurveChart,
    curve_chart,
    curve_of,
    curve_table,
)
from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.listing import stretch
from taximeter.dashboard.page import Change, Done, Page, Sent, View
from taximeter.dashboard.pages.meter_create import Choice
from taximeter.dashboard.pages.price_form import PriceForm, by_field, price_draft, whole
from taximeter.dashboard.pages.price_labels import price_label
from taximeter.dashboard.table import Table
from taximeter.errors import InvalidRequest
from taximeter.pricing.catalog.prices import PriceLabels, create_price
from taximeter.pricing.catalog.products import ProductChange, create_product, retrieve_product
from taximeter.pricing.draft import PriceDraft, price_of
from taximeter.pricing.price import Price
from taximeter.pricing.product import ProductFilter
from taximeter.pricing.recurring import RecurringDraft

BILLINGS = (
    Choice(value="metered", label="Metered", says="A meter counts them; billed after the period."),
    Choice(value="licensed", label="Licensed", says="As many as are subscribed to; in advance."),
    Choice(value="one_time", label="Once", says="Billed a single time."),
)
SCHEMES = (
    Choice(value="per_unit", label="Per unit", says="Every unit costs the same."),
    Choice(value="package", label="Package", says="So many units together, whole packages."),
    Choice(value="graduated", label="Graduated", says="Units within each tier cost what it says."),
    Choice(value="volume", label="Volume", says="All units cost what the tier of the total says."),
)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose, by id."""

    id: str
    name: str


class PriceCreateData(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen, and the curve of the price that is described; None says why in `problem`.

    The fields of `problem` are named as the form's.
    """

    form: PriceForm
    products: tuple[Named, ...]
    meters: tuple[Named, ...]
    curve: Curve | None
    chart: CurveChart | None
    problem: dict[str, str]

    @property
    def product_options(self) -> list[tuple[str, str]]:
        """Return the products to choose from; none means that a new one is made."""
        return [("", "A new one"), *((one.id, one.name) for one in self.products)]

    @property
    def meter_options(self) -> list[tuple[str, str]]:
        """Return the meters to choose from."""
        return [("", "Choose one"), *((one.id, one.name) for one in self.meters)]

    @property
    def billings(self) -> tuple[Choice, ...]:
        """Return where units can come from."""
        return BILLINGS

    @property
    def schemes(self) -> tuple[Choice, ...]:
        """Return how units can be priced."""
        return SCHEMES

    def rows_of(self, sent: Sent) -> list[tuple[str, str, str]]:
        """Return the rows of the table of tiers: as they were sent, or two empty ones."""
        form = self.form
        if not sent.fresh:
            names = ("up_to", "tier_unit", "tier_flat")
            columns = {name: tuple(sent.values.get(name, ())) for name in names}
            form = msgspec.structs.replace(form, **columns)
        return form.rows or [("", "", ""), ("", "", "")]


def read_price_form(view: View, query: PriceForm) -> PriceCreateData:
    """Return the choices, and the curve of what is described so far."""
    products = stretch(
        lambda cursor: view.unit.products.page(
            view.environment.id, cursor, ProductFilter(active=True)
        ),
        "",
    )
    curve, chart, problem = None, None, {}
    if query.has_amounts:
        try:
            price = described(view, query)
            curve = curve_of(price, currency=price.currency, until=whole(query.until))
            chart = curve_chart(price, curve)
        except FieldErrors as error:
            problem = error.errors
    return PriceCreateData(
        form=query,
        products=tuple(Named(id=one.id, name=one.name) for one in products.items),
        meters=tuple(
            Named(id=one.id, name=one.display_name)
            for one in view.unit.meters.all()
            if one.environment == view.environment.id and one.status == "active"
        ),
        curve=curve,
        chart=chart,
        problem=problem,
    )


def described(view: View, form: PriceForm) -> Price:
    """Return the price that a form describes, whoever counts its units. Raises FieldErrors."""
    counted = msgspec.structs.replace(form, billed="licensed", filters="")
    try:
        return price_of(
            _of_any_period(price_draft(counted)),
            id="",
            environment=view.environment.id,
            created=view.now(),
            product="",
            meter=None,
        )
    except InvalidRequest as error:
        raise by_field(error, form) from None


def _of_any_period(draft: PriceDraft) -> PriceDraft:
    return msgspec.structs.replace(draft, recurring=RecurringDraft(interval="month"))


def create(view: View, form: PriceForm) -> Done:
    """Make the price, and its product where that is new. Raises FieldErrors."""
    if form.billed == "one_time" and form.tiered:
        raise FieldErrors({"scheme": "A price that is billed once has no tiers."})
    draft = price_draft(form)
    try:
        price = create_price(
            prices=view.unit.prices,
            meters=view.unit.meters,
            environment=view.environment,
            now=view.now(),
            product=_product(view, form),
            draft=draft,
            labels=PriceLabels(nickname=form.nickname or None, lookup_key=form.lookup_key or None),
        )
    except InvalidRequest as error:
        raise by_field(error, form) from None
    return Done(
        location=view.url(f"catalog/prices/{price.id}"),
        message=f"Made the price {price_label(price)}. What it costs is fixed for life.",
    )


def _product(view: View, form: PriceForm) -> str:
    if form.product:
        products, environment = view.unit.products, view.environment
        return retrieve_product(products=products, environment=environment, id=form.product).id
    if not form.product_name:
        raise FieldErrors({"product_name": "Choose a product, or name a new one."})
    return create_product(
        products=view.unit.products,
        environment=view.environment,
        now=view.now(),
        change=ProductChange(name=form.product_name),
    ).id


def price_form_table(data: PriceCreateData) -> Table:
    """Return the points of the curve."""
    if data.curve is None:
        raise InvalidRequest("There is no curve yet: describe what the price costs.")
    return curve_table(data.curve, "draft")


PAGE = Page(
    path="catalog/prices/new",
    area="catalog",
    query=PriceForm,
    read=read_price_form,
    template="price_create.html",
    title=lambda _: "Create a price",
    table=price_form_table,
    for_admins=True,
)

CREATE = Change(path="catalog/prices/new", form=PriceForm, run=create, page=PAGE)
