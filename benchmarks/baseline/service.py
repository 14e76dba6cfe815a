"""What a team writes first: FastAPI, one table, `INSERT … ON CONFLICT DO NOTHING`, a sum.

`python -m benchmarks.baseline.service WORKERS URL`. It takes the same bodies on the same path as
the product. It checks fewer things: nobody is asked whether the meter or the customer exists.
"""

import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

URL = "TAXIMETER_BENCHMARK_POSTGRES_URL"
CREATE_TABLE = """
    CREATE TABLE events (
        identifier text NOT NULL,
        event_name text NOT NULL,
        customer text NOT NULL,
        timestamp timestamptz NOT NULL,
        value numeric NOT NULL,
        payload jsonb NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
    )
"""
CREATE_INDEXES = """
    ALTER TABLE events ADD PRIMARY KEY (identifier);
    CREATE INDEX ON events (event_name, customer, timestamp) INCLUDE (value)
"""
_INSERT = """
    INSERT INTO events (identifier, event_name, customer, timestamp, value, payload)
    SELECT identifier, event_name, customer, timestamp, value::numeric, payload::jsonb
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[])
        AS sent(identifier, event_name, customer, timestamp, value, payload)
    ON CONFLICT DO NOTHING
"""
_BY_DAY = """
    SELECT date_trunc('day', timestamp, 'UTC') AS day, sum(value) AS value
    FROM events
    WHERE event_name = $1 AND customer = $2 AND timestamp >= $3 AND timestamp < $4
    GROUP BY 1 ORDER BY 1 DESC
"""
_CONNECTIONS = 16


class Event(BaseModel):
    event_name: str
    identifier: str
    payload: dict[str, str]
    timestamp: datetime


class Sent(BaseModel):
    events: list[Event]


class Day(BaseModel):
    day: datetime
    value: Decimal


@asynccontextmanager
async def _connected(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = await asyncpg.create_pool(
        os.environ[URL], min_size=_CONNECTIONS, max_size=_CONNECTIONS
    )
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=_connected)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {}


@app.post("/v2/billing/meter_event_session")
async def session() -> dict[str, str]:
    return {"authentication_token": "none is needed"}


@app.post("/v2/billing/meter_event_stream")
async def record(sent: Sent) -> dict[str, str]:
    events = sent.events
    await app.state.pool.execute(
        _INSERT,
        [one.identifier for one in events],
        [one.event_name for one in events],
        [one.payload["stripe_customer_id"] for one in events],
        [one.timestamp for one in events],
        [one.payload["value"] for one in events],
        [json.dumps(one.payload) for one in events],
    )
    return {}


@app.get("/usage")
async def usage(event_name: str, customer: str, start: datetime, end: datetime) -> list[Day]:
    rows = await app.state.pool.fetch(_BY_DAY, event_name, customer, start, end)
    return [Day(day=row["day"], value=row["value"]) for row in rows]


def main() -> None:
    workers, url = sys.argv[1:]
    os.environ[URL] = url
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)
    uvicorn.run(
        "benchmarks.baseline.service:app",
        port=port,
        workers=int(workers),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
