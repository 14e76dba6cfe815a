"""Stripe's objects as facts: which fields there are, of which type, and which may be null.

`schemas.json` holds them for the objects that are served here, taken from the wire schema of API
version 2026-10-28.endive. Left out are a customer's fields that Stripe sends only when they are
expanded (`cash_balance`, `sources`, `subscriptions`, `tax`, `tax_ids`, `invoice_credit_balance`),
`deleted`, which only the deleted have, and the `carrier` and `tracking_number` of its shipping. A
price's `tiers` and `currency_options` may be missing: Stripe sends them when they are expanded.
"""

import json
from pathlib import Path
from typing import Any

SCHEMAS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "schemas.json").read_text(encoding="utf-8")
)
_TYPES: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


def violations(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Return where a value breaks its schema; fields beyond the schema are extensions."""
    if value is None:
        return [] if schema.get("nullable") else [f"{path} is null"]
    kind = schema["type"]
    if kind == "any":
        return []
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{path} is no {kind}: {value!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path} is none of {schema['enum']}: {value!r}"]
    found: list[str] = []
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += violations(item, schema["items"], f"{path}[{index}]")
    if isinstance(value, dict):
        found += [
            f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value
        ]
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name) or schema.get("values")
            if inner is not None:
                found += violations(item, inner, f"{path}.{name}")
    return found


def beyond(value: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """Return the fields that the schema does not know: our extensions."""
    return set(value) - set(schema["properties"])
