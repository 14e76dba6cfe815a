"""After the 200, the next read counts it: trial after trial, while a stream runs beside them.

The customers of the trials are not among those of the stream, so that each total is known exactly.
Odd trials write through the stream, even ones through `POST /v1/billing/meter_events`.
"""

import secrets
from collections import Counter
from decimal import Decimal
from http import HTTPStatus
from http.client import HTTPConnection
from time import perf_counter, sleep, time_ns
from urllib.parse import urlencode, urlsplit

import msgspec

from benchmarks.aims import Held
from benchmarks.generator.plan import Shape
from benchmarks.generator.session import API_VERSION, JSON, STREAM_PATH, session_token
from benchmarks.reads import Reader, summaries_path
from benchmarks.scale import Scale
from benchmarks.served import KEY, served
from benchmarks.stored import EVENT_NAME, copied, customer_id
from benchmarks.streaming import plan, streaming
from benchmarks.table import milliseconds, percentile, print_table, whole
from taximeter.kit.periods import DAY_SECONDS

EVENTS_PATH = "/v1/billing/meter_events"
_TRIAL_CUSTOMERS = 10
_FORM = "application/x-www-form-urlencoded"
_SECONDS_MAX = 600


class _Page(msgspec.Struct):
    data: "list[_Summary]"


class _Summary(msgspec.Struct):
    aggregated_value_decimal: str


class Recorder:
    """Writes events of whole values on either path."""

    def __init__(self, address: str) -> None:
        self._connection = HTTPConnection(urlsplit(address).netloc)
        self._token = session_token(address, KEY)

    def record(self, customer: str, values: list[int], *, streamed: bool) -> None:
        """Send the values; return when the last is answered with 200."""
        if streamed:
            events = [
                {
                    "event_name": EVENT_NAME,
                    "identifier": secrets.token_hex(16),
                    "payload": {"stripe_customer_id": customer, "value": str(value)},
                }
                for value in values
            ]
            self._post(STREAM_PATH, msgspec.json.encode({"events": events}), JSON, self._token)
            return
        for value in values:
            fields = {
                "event_name": EVENT_NAME,
                "identifier": secrets.token_hex(16),
                "payload[stripe_customer_id]": customer,
                "payload[value]": value,
            }
            self._post(EVENTS_PATH, urlencode(fields).encode(), _FORM, KEY)

    def _post(self, path: str, body: bytes, kind: str, token: str) -> None:
        headers = {
            "Authorization": f"Bearer {token}",
            "Stripe-Version": API_VERSION,
            "Content-Type": kind,
        }
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status == HTTPStatus.OK, f"{path}: {answer.status} {said.decode()}"

    def close(self) -> None:
        self._connection.close()


def run(scale: Scale) -> list[Held]:
    with (
        copied(0, scale.customers) as data,
        served(data, environ={"TAXIMETER_TAIL_EVENTS_MAX": str(scale.tail_events)}) as server,
    ):
        load = plan(
            server,
            scale,
            shape=Shape(customers=scale.customers - _TRIAL_CUSTOMERS),
            seconds=_SECONDS_MAX,
            events_per_second=scale.beside_per_second,
        )
        with streaming(load) as running:
            sleep(2 * scale.warm_up_seconds)
            recorder, reader = Recorder(server.address), Reader(server.address)
            misses, took = _try(recorder, reader, scale)
            recorder.close()
            reader.close()
            rate = running.stop().per_second
    print_table(
        "an event is written and answered with 200, then its customer's total is read",
        ["beside", "trials", "misses", "from the 200 to the total, p50", "p99"],
        [
            [
                f"{whole(rate)} events/s",
                f"{len(took):,}",
                misses,
                *(milliseconds(percentile(took, share)) for share in (0.5, 0.99)),
            ]
        ],
    )
    return [
        Held(
            "visible after the 200",
            "always, the next read",
            f"{len(took) - misses:,} of {len(took):,} times",
            misses == 0,
        )
    ]


def _try(recorder: Recorder, reader: Reader, scale: Scale) -> tuple[int, list[float]]:
    today = time_ns() // 1_000_000_000 // DAY_SECONDS * DAY_SECONDS
    written: Counter[str] = Counter()
    misses, took = 0, list[float]()
    for trial in range(scale.trials):
        customer = customer_id(scale.customers - 1 - trial % _TRIAL_CUSTOMERS)
        values = [trial + 1, 7]
        recorder.record(customer, values, streamed=bool(trial % 2))
        written[customer] += sum(values)
        begin = perf_counter()
        body = reader.get(summaries_path(customer, today, today + 2 * DAY_SECONDS))
        took.append(perf_counter() - begin)
        totals = msgspec.json.decode(body, type=_Page).data
        if [Decimal(one.aggregated_value_decimal) for one in totals] != [written[customer]]:
            misses += 1
    return misses, took
