"""Events that were not counted, on DuckDB: see `taximeter.reports.reader.RejectionReader`."""

from collections.abc import Sequence
from typing import Any

import duckdb

from taximeter.ingest.log import LogFailed
from taximeter.ingest.rejections import RejectedEvent
from taximeter.reports.reader import (
    MinuteCount,
    MinuteQuery,
    PlacedRejection,
    RejectedQuery,
)
from taximeter.reports.report import Fault, Sample
from taximeter.storage.duckdb.database import UsageDatabase

_FIRST = """
    SELECT epoch_us(min(received_at)) FROM {rejections} WHERE received_at >= make_timestamp($since)
"""

_FAULTS = """
    SELECT environment, meter, epoch_us(received_at) // $length * $length AS window_start, code,
        count(*),
        arg_min(
            struct_pack(identifier := identifier, message := message),
            row(received_at, identifier),
            {samples}
        )
    FROM {rejections}
    WHERE received_at >= make_timestamp($start) AND received_at < make_timestamp($end)
    GROUP BY ALL
"""

_MINUTES = """
    WITH counted AS (
        SELECT {minute} AS minute, meter, count(*) AS accepted, 0 AS duplicate, NULL AS code,
            0 AS rejected
        FROM {events} WHERE {received} GROUP BY ALL
        UNION ALL
        SELECT {minute}, meter, 0, sum(count), NULL, 0
        FROM {duplicates} WHERE {received} GROUP BY ALL
        UNION ALL
        SELECT {minute}, coalesce(meter, ''), 0, 0, code, count(*)
        FROM {rejections} WHERE {received} GROUP BY ALL
    )
    SELECT minute, meter, sum(accepted)::BIGINT, sum(duplicate)::BIGINT,
        coalesce(list(row(code, rejected) ORDER BY code) FILTER (code IS NOT NULL), [])
    FROM counted
    WHERE {where}
    GROUP BY minute, meter
    ORDER BY minute {direction}, meter {direction}
    LIMIT $limit
"""
_MINUTE = "epoch_us(received_at) // $window * $window"
_RECEIVED = """
    environment = $environment
    AND received_at >= make_timestamp($start) AND received_at < make_timestamp($end)
"""

# Rejected events are not numbered. What tells two of one moment apart is what they are, and among
# equals it does not matter which is which. Only what a page can hold is hashed and numbered: as
# many rows beyond the one to go on from as the page takes, and all others of the same moments.
_REJECTED = """
    SELECT epoch_us(received_at), fingerprint, twin, environment, event_name, meter, customer,
        identifier, epoch_us(timestamp), payload, code, message
    FROM (
        SELECT *, row_number() OVER (PARTITION BY received_at, fingerprint) AS twin
        FROM (
            SELECT *, hash(event_name, meter, identifier, timestamp, payload, code, message)
                AS fingerprint
            FROM {rejections}
            WHERE {where} AND received_at {side} coalesce(
                (
                    SELECT {last}(received_at) FROM (
                        SELECT received_at FROM {rejections} WHERE {beyond}
                        ORDER BY received_at {direction} LIMIT $limit
                    )
                ),
                received_at
            )
        )
    )
    WHERE {place}
    ORDER BY received_at {direction}, fingerprint {direction}, twin {direction}
    LIMIT $limit
"""
_PLACE = "(epoch_us(received_at), fingerprint, twin)"
_ASKED_PLACE = "($received::BIGINT, $fingerprint::UBIGINT, $twin::BIGINT)"


class DuckRejections:
    """Answers questions about what was not counted, and how much was."""

    def __init__(self, database: UsageDatabase) -> None:
        """Use an open database."""
        self._database = database

    def first_rejection_us(self, since_us: int) -> int | None:
        """Return when the first rejected event at this moment or later was received, or None."""
        ((first,),) = self._read(_FIRST, {"since": since_us})
        return None if first is None else int(first)

    def faults(
        self, start_us: int, end_us: int, *, window_us: int, samples_max: int
    ) -> Sequence[Fault]:
        """Count the rejected events received in `[start, end)`, in no particular order."""
        parameters = {"start": start_us, "end": end_us, "length": window_us}
        return [
            Fault(
                environment=environment,
                meter=meter,
                window_start_us=window_start,
                code=code,
                count=count,
                samples=tuple(Sample(**sample) for sample in samples),
            )
            for environment, meter, window_start, code, count, samples in self._read(
                _FAULTS, parameters, samples=str(samples_max)
            )
        ]

    def minutes(self, query: MinuteQuery) -> Sequence[MinuteCount]:
        """Return the minutes in which a meter was sent anything."""
        where = ["TRUE"]
        parameters: dict[str, Any] = {
            "environment": query.environment,
            "start": query.start_us,
            "end": query.end_us,
            "window": query.window_us,
            "limit": query.limit,
        }
        if query.meter is not None:
            where.append("meter = $meter")
            parameters["meter"] = query.meter
        if query.after is not None:
            # A row goes on within its own minute, and never above it.
            parameters["end"] = min(query.end_us, query.after[0] + query.window_us)
            where.append("(minute, meter) < ($place_minute::BIGINT, $place_meter)")
        if query.before is not None:
            parameters["start"] = max(query.start_us, query.before[0])
            where.append("(minute, meter) > ($place_minute::BIGINT, $place_meter)")
        place = query.after or query.before
        if place is not None:
            parameters["place_minute"], parameters["place_meter"] = place
        rows = self._read(
            _MINUTES,
            parameters,
            minute=_MINUTE,
            received=_RECEIVED,
            where=" AND ".join(where),
            direction="DESC" if query.before is None else "ASC",
        )
        return [
            MinuteCount(
                start_us=minute,
                meter=meter or None,
                accepted=accepted,
                duplicate=duplicate,
                rejected=tuple((code, count) for code, count in rejected),
            )
            for minute, meter, accepted, duplicate, rejected in rows
        ]

    def rejected(self, query: RejectedQuery) -> Sequence[PlacedRejection]:
        """Return rejected events."""
        where = ["environment = $environment"]
        parameters: dict[str, Any] = {"environment": query.environment, "limit": query.limit}
        conditions = {
            "meter": ("meter = $meter", query.meter),
            "code": ("code = $code", query.code),
            "start": ("received_at >= make_timestamp($start)", query.start_us),
            "end": ("received_at < make_timestamp($end)", query.end_us),
        }
        for name, (condition, value) in conditions.items():
            if value is not None:
                where.append(condition)
                parameters[name] = value
        asked = query.after or query.before
        newer = query.before is not None
        place, beyond = "TRUE", list(where)
        if asked is not None:
            parameters |= dict(zip(("received", "fingerprint", "twin"), asked, strict=True))
            where.append(f"received_at {'>=' if newer else '<='} make_timestamp($received)")
            beyond.append(f"received_at {'>' if newer else '<'} make_timestamp($received)")
            place = f"{_PLACE} {'>' if newer else '<'} {_ASKED_PLACE}"
        rows = self._read(
            _REJECTED,
            parameters,
            where=" AND ".join(where),
            beyond=" AND ".join(beyond),
            place=place,
            side="<=" if newer else ">=",
            last="max" if newer else "min",
            direction="ASC" if newer else "DESC",
        )
        return [_placed(row) for row in rows]

    def _read(self, sql: str, parameters: dict[str, Any], **words: str) -> list[tuple[Any, ...]]:
        try:
            with self._database.reading() as sources:
                statement = sources.into(sql, **words)
                return self._database.cursor().execute(statement, parameters).fetchall()
        except duckdb.Error as error:
            raise LogFailed(str(error)) from error


def _placed(row: tuple[Any, ...]) -> PlacedRejection:
    received_at_us, fingerprint, twin, environment, event_name, meter, *rest = row
    customer, identifier, timestamp_us, payload, code, message = rest
    return PlacedRejection(
        place=(received_at_us, fingerprint, twin),
        rejected=RejectedEvent(
            received_at_us=received_at_us,
            environment=environment,
            event_name=event_name,
            meter=meter,
            customer=customer,
            identifier=identifier,
            timestamp_us=timestamp_us,
            payload=payload,
            code=code,
            message=message,
        ),
    )
