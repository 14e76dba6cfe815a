"""Records that cannot be written are answered with 503, and written once there is room."""

from pathlib import Path

from tests.hostile.filesystem import FileSystem
from tests.serving import Server
from tests.wire.plain import Answer, request

PATH = "/v1/customers"
CUSTOMERS_MAX = 10_000


def _create(server: Server, number: int) -> Answer:
    return request(server.address, "POST", PATH, body={"name": f"{number:0200d}"})


def _fill(server: Server) -> tuple[int, Answer]:
    """Create customers until that is refused; how many there are, and the refusal."""
    for number in range(CUSTOMERS_MAX):
        answer = _create(server, number)
        if answer.status != 200:
            return number, answer
    raise AssertionError("the disk never filled up")


def _count(server: Server) -> int:
    return len(list(server.client().v1.customers.list({"limit": 100}).auto_paging_iter()))


def test_full_disk_refuses_records_and_keeps_those_that_it_answered_for(tmp_path: Path) -> None:
    with FileSystem(tmp_path / "disk", size_bytes=4_000_000) as disk:
        data = disk.place / "data"
        with Server(data, through=disk.through) as server:
            disk.fill(room_bytes=50_000)
            created, refused = _fill(server)
            assert (refused.status, refused.headers["stripe-should-retry"]) == (503, "true")
            assert refused.json()["error"] == {
                "type": "api_error",
                "message": "The records could not be written; the server's log says why. Send the "
                "request again.",
            }
            assert _count(server) == created
            disk.empty()
            assert _create(server, created).status == 200
            assert server.stop() == 0
        with Server(data, through=disk.through) as server:
            assert _count(server) == created + 1
