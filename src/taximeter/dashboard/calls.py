"""Requests to the API as people write them: JSON, curl, Python and Node."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

Parameter: TypeAlias = "str | Sequence[str] | Mapping[str, Parameter]"

KEY = "TAXIMETER_API_KEY"
"""The environment variable that the calls take their key from."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One way to make a request."""

    name: str
    label: str
    text: str


def calls(
    *, origin: str, path: str, method: str, parameters: Mapping[str, Parameter]
) -> tuple[Call, ...]:
    """Write a POST in every language; `method` is the SDKs' name for it, in Python's spelling."""
    return (
        Call(name="json", label="JSON", text=_json(parameters)),
        Call(name="curl", label="curl", text=_curl(f"{origin}{path}", parameters)),
        Call(name="python", label="Python", text=_python(origin, method, parameters)),
        Call(name="node", label="Node", text=_node(origin, method, parameters)),
    )


def _json(parameters: Mapping[str, Parameter]) -> str:
    return msgspec.json.format(msgspec.json.encode(parameters), indent=2).decode()


def _curl(url: str, parameters: Mapping[str, Parameter]) -> str:
    lines = [f"curl {shlex.quote(url)}", f'  -u "${KEY}:"']
    lines += [
        f"  --data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in _flat(parameters)
    ]
    return " \\\n".join(lines)


def _flat(parameters: Mapping[str, Parameter], within: str = "") -> Iterator[tuple[str, str]]:
    for key, value in parameters.items():
        name = f"{within}[{key}]" if within else key
        match value:
            case str():
                yield name, value
            case Mapping():
                yield from _flat(value, name)
            case _:
                for index, one in enumerate(value):
                    yield f"{name}[{index}]", one


def _python(origin: str, method: str, parameters: Mapping[str, Parameter]) -> str:
    return f"""\
import os
import stripe

client = stripe.StripeClient(
    os.environ["{KEY}"],
    base_addresses={{"api": "{origin}"}},
)
made = client.v1.{method}({_json(parameters)})
print(made.id)"""


def _node(origin: str, method: str, parameters: Mapping[str, Parameter]) -> str:
    url = urlsplit(origin)
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"""\
import Stripe from "stripe";

const stripe = new Stripe(process.env.{KEY}, {{
  protocol: "{url.scheme}",
  host: "{url.hostname}",
  port: {port},
}});
const made = await stripe.{method}({_json(parameters)});
console.log(made.id);"""
