"""Checking many events at once, without a step in Python for each check of each event.

Most batches hold nothing unusual. They pass through `_plain_run`, which looks at whole columns and
accepts only what is obviously good: the meter is active, every customer known and on no test clock,
every value a plain decimal. Whatever it does not accept is checked event by event by
`ingest.event.check`, which alone decides what is right and says why something is not. A property
test holds the two together.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

import msgspec

from taximeter.ingest.batch import Batch, Refused, SentBatch, run_of
from taximeter.ingest.columns import Run
from taximeter.ingest.directory import Directory
from taximeter.ingest.event import (
    PAYLOAD_KEY_CHARACTERS_MAX,
    MeterEvent,
    Rejection,
    SentEvent,
    check,
    dimension_values,
    timestamp_bounds_us,
)
from taximeter.ingest.identifiers import identifier_hashes
from taximeter.kit import decimals
from taximeter.meters import Meter
from taximeter.settings import Settings

_PAYLOAD = msgspec.json.Encoder()


def check_batch(
    sent: SentBatch, *, environment: int, directory: Directory, now_us: int, settings: Settings
) -> Batch:
    """Check events and lay the good ones out by meter; within a meter they keep their order.

    Where an identifier stands more than once, the batch keeps its order altogether, since the first
    one is the one that counts.
    """
    groups: list[tuple[SentBatch, Sequence[int]]]
    if len(set(sent.event_names)) == 1:
        groups = [(sent, range(len(sent)))]
    else:
        groups = [(sent.take(places), places) for places in _places_by_name(sent)]
    checking = _Checking(environment, directory, now_us, settings)
    runs: list[Run] = []
    refused: list[Refused] = []
    for group, positions in groups:
        run = checking.plain_run(group, positions)
        if run is None:
            run, bad = checking.run_one_by_one(group, positions)
            refused += bad
        if run is not None:
            runs.append(run)
    return Batch(runs=runs, refused=refused)


def _places_by_name(sent: SentBatch) -> Sequence[Sequence[int]]:
    """Return the places of each event name's events; stretch by stretch if identifiers repeat."""
    if len(set(sent.identifiers)) < len(sent):
        stretches = groupby(range(len(sent)), key=lambda place: sent.event_names[place])
        return [list(places) for _, places in stretches]
    places: dict[str, list[int]] = {}
    for place, name in enumerate(sent.event_names):
        places.setdefault(name, []).append(place)
    return list(places.values())


@lru_cache
def _plain_numbers(digits_max: int) -> re.Pattern[str]:
    """Match plain decimals of at most this many digits, each with a comma behind it.

    They have no plus sign and no exponent. One match over all is many times faster than one each.
    """
    whole = rf"[0-9]{{1,{digits_max}}}+"
    parted = rf"(?=[0-9.]{{3,{digits_max + 1}}}+,)[0-9]++\.[0-9]++"
    return re.compile(rf"(?:-?+(?:{whole}(?=,)|{parted}),)++", re.ASCII)


class _Checking:
    """The checks of one batch, group by group of one event name."""

    def __init__(
        self, environment: int, directory: Directory, now_us: int, settings: Settings
    ) -> None:
        self._environment = environment
        self._directory = directory
        self._now_us = now_us
        self._settings = settings
        self._clock_times_us = directory.clock_times_us(environment)

    def plain_run(self, sent: SentBatch, positions: Sequence[int]) -> Run | None:
        """Return the group as a run if everything in it is plainly good, else None."""
        meter = self._directory.meter(self._environment, sent.event_names[0])
        if meter is None or meter.status != "active":
            return None
        payloads = sent.payloads
        earliest, latest = timestamp_bounds_us(self._now_us, self._settings)
        if sent.timestamps_us.min() < earliest or sent.timestamps_us.max() > latest:
            return None
        try:
            customers = list(map(itemgetter(meter.customer_key), payloads))
            values, value_texts = self._readings(meter, payloads)
            dimensions = _dimensions(meter, payloads)
        except (KeyError, _NotPlainError):
            return None
        if self._clock_times_us and not self._clock_times_us.keys().isdisjoint(customers):
            return None
        if self._directory.unknown_customers(self._environment, customers):
            return None
        encoded = list(map(_PAYLOAD.encode, payloads))
        if not self._sizes_are_plain(payloads, encoded):
            return None
        return Run(
            environment=self._environment,
            meter=meter.id,
            event_name=meter.event_name,
            rollup=meter.rollup,
            positions=positions,
            identifiers=sent.identifiers,
            identifier_hashes=identifier_hashes(self._environment, sent.identifiers),
            customers=customers,
            timestamps_us=sent.timestamps_us,
            values=values,
            value_texts=value_texts,
            dimensions=dimensions,
            payloads=encoded,
        )

    def _readings(
        self, meter: Meter, payloads: Sequence[dict[str, str]]
    ) -> tuple[Sequence[str] | None, Sequence[str] | None]:
        if meter.formula == "count":
            return None, None
        read = list(map(itemgetter(meter.value_key), payloads))
        if meter.formula == "unique_count":
            if not all(read):
                raise _NotPlainError
            return None, read
        digits_max = min(self._settings.value_digits_max, decimals.PLACES)
        joined = ",".join(read) + ","
        if joined.count(",") != len(read) or not _plain_numbers(digits_max).fullmatch(joined):
            raise _NotPlainError
        return read, None

    def _sizes_are_plain(
        self, payloads: Sequence[dict[str, str]], encoded: Sequence[bytes]
    ) -> bool:
        settings = self._settings
        if max(map(len, payloads)) > settings.payload_keys_max:
            return False
        keys: set[str] = set().union(*payloads)
        if max(map(len, keys)) > PAYLOAD_KEY_CHARACTERS_MAX:
            return False
        if max(map(len, encoded)) <= settings.payload_value_characters_max:
            return True
        longest = max(len(value) for payload in payloads for value in payload.values())
        return longest <= settings.payload_value_characters_max

    def run_one_by_one(
        self, sent: SentBatch, positions: Sequence[int]
    ) -> tuple[Run | None, list[Refused]]:
        """Check each event of the group by itself."""
        meter = self._directory.meter(self._environment, sent.event_names[0])
        good: list[MeterEvent] = []
        places: list[int] = []
        refused: list[Refused] = []
        for index, position in enumerate(positions):
            one = SentEvent(
                event_name=sent.event_names[index],
                payload=sent.payloads[index],
                identifier=sent.identifiers[index],
                timestamp_us=int(sent.timestamps_us[index]),
            )
            present_us = self._present_us(one, meter)
            if present_us is None:
                present_us = self._now_us
            elif sent.undated is not None and sent.undated[index]:
                one = msgspec.structs.replace(one, timestamp_us=present_us)
            event = self._checked(one, meter, present_us)
            if isinstance(event, Rejection):
                refused.append(self._refused(one, meter, event, position))
            else:
                good.append(event)
                places.append(position)
        return (run_of(good, places) if good else None), refused

    def _present_us(self, one: SentEvent, meter: Meter | None) -> int | None:
        """Return what time it is on the test clock of the event's customer, if there is one."""
        if meter is None or not self._clock_times_us:
            return None
        return self._clock_times_us.get(one.payload.get(meter.customer_key, ""))

    def _checked(
        self, one: SentEvent, meter: Meter | None, present_us: int
    ) -> MeterEvent | Rejection:
        event = check(
            one,
            meter=meter,
            environment=self._environment,
            now_us=present_us,
            settings=self._settings,
        )
        if isinstance(event, Rejection) or meter is None:
            return event
        if self._directory.has_customer(self._environment, event.customer):
            return event
        return Rejection(
            code="meter_event_customer_not_found",
            message=f"No such customer: '{event.customer}'. Create the customer first, or send "
            f"the id of one that exists under '{meter.customer_key}'.",
            param=f"payload[{meter.customer_key}]",
        )

    def _refused(
        self, one: SentEvent, meter: Meter | None, rejection: Rejection, position: int
    ) -> Refused:
        assert one.timestamp_us is not None, "an event of a batch has a timestamp"
        return Refused(
            position=position,
            environment=self._environment,
            event_name=one.event_name,
            meter=None if meter is None else meter.id,
            customer=None if meter is None else one.payload.get(meter.customer_key),
            identifier=one.identifier,
            timestamp_us=one.timestamp_us,
            payload=_PAYLOAD.encode(one.payload),
            code=rejection.code,
            message=rejection.message,
        )


class _NotPlainError(Exception):
    """Something in the group needs a closer look."""


def _dimensions(meter: Meter, payloads: Sequence[dict[str, str]]) -> Sequence[str] | None:
    if not meter.dimension_keys:
        return None
    keys = meter.dimension_keys
    columns = [list(map(itemgetter(key), payloads)) for key in keys]
    if not all(map(all, columns)):
        raise _NotPlainError
    spelled: dict[tuple[str, ...], str] = {}
    texts = []
    for values in zip(*columns, strict=True):
        text = spelled.get(values)
        if text is None:
            text = spelled[values] = dimension_values(list(values))
        texts.append(text)
    return texts
