"""The load generator, in a process of its own: `python -m benchmarks.generator PLAN`.

PLAN is a `Plan` as JSON. Out comes an empty line when the load begins, and a `Seen` at the plan's
end or at a SIGTERM. It shares the machine with the server that it measures, so it does as little as
it can, and says what it used.
"""

import asyncio
import signal
import sys
from functools import partial
from time import perf_counter
from urllib.parse import urlsplit

import msgspec
import uvloop

from benchmarks.generator.bodies import Bodies
from benchmarks.generator.connection import Connection
from benchmarks.generator.loops import ClosedLoop, OpenLoop
from benchmarks.generator.plan import EVENTS_A_REQUEST, Plan, Seen
from benchmarks.generator.session import head, session_token
from benchmarks.generator.tally import Tally


async def run(plan: Plan) -> Seen:
    token = session_token(plan.address, plan.key)
    bodies = Bodies(plan.shape, head(plan.address, token))
    begin = perf_counter() + plan.warm_up_seconds
    tally, end = Tally(begin), begin + plan.seconds
    load: ClosedLoop | OpenLoop
    if plan.events_per_second is None:
        load = ClosedLoop(bodies.next, tally, end)
    else:
        interval = EVENTS_A_REQUEST / plan.events_per_second
        load = OpenLoop(bodies.next, tally, end, interval=interval)
    host, port = urlsplit(plan.address).netloc.split(":")
    connections = []
    for _ in range(plan.connections):
        _, connection = await asyncio.get_running_loop().create_connection(
            partial(Connection, load.answered), host, int(port)
        )
        connections.append(connection)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, load.stop)
    print(flush=True)
    load.start(connections)
    await asyncio.wait(
        [load.done, *(connection.lost for connection in connections)],
        return_when=asyncio.FIRST_COMPLETED,
    )
    for connection in connections:
        if connection.lost.done():
            connection.lost.result()
        connection.close()
    return tally.seen()


def main() -> None:
    plan = msgspec.json.decode(sys.argv[1], type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(plan))))


if __name__ == "__main__":
    main()
