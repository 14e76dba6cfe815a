"""Where the page of an object is that an event speaks of."""

from taximeter.dashboard.page import View
from taximeter.events import RelatedObject

_PATHS = {
    "billing.alert": "alerts",
    "billing.meter": "meters",
    "customer": "customers",
    "invoice": "invoices",
    "price": "catalog/prices",
    "product": "catalog/products",
}
"""The addresses of objects that have a page, by their types on the wire."""


def link_to(view: View, about: RelatedObject | None) -> str | None:
    """Return the address of an object's page, or None where there is none."""
    path = None if about is None else _PATHS.get(about.type)
    return None if path is None or about is None else view.url(f"{path}/{about.id}")
