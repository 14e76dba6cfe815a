"""`taximeter keys`, beside a running server and on its own."""

from pathlib import Path

import pytest
import stripe
from click.testing import CliRunner

from taximeter.cli import main
from tests.serving import Server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["keys", *arguments])
    return result.exit_code, result.stdout, result.stderr


def create(data: Path, *options: str) -> str:
    code, secret, _ = run("create", "--data", str(data), *options)
    assert code == 0
    return secret.strip()


def test_a_key_made_before_the_first_start_opens_the_server(data: Path) -> None:
    secret = create(data)
    with Server(data, dev=False) as server:
        customer = server.client(secret).v1.customers.create({"name": "First"})
    assert customer.livemode is False


def test_a_key_made_beside_a_running_server_opens_it_and_a_revoked_one_does_not(
    data: Path,
) -> None:
    with Server(data, dev=False, environ={"TAXIMETER_KEY_CACHE_SECONDS": "0"}) as server:
        client = server.client(create(data, "--live"))
        assert client.v1.customers.create({}).livemode is True
        _, listed, _ = run("list", "--data", str(data))
        id = listed.splitlines()[1].split()[0]
        assert run("revoke", id, "--data", str(data)) == (0, f"Revoked {id}.\n", "")
        with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
            client.v1.customers.list()


def test_a_sandbox_is_made_once_and_sees_neither_test_nor_other_sandboxes(data: Path) -> None:
    keys = [create(data, "--sandbox", "spring"), create(data, "--sandbox", "spring")]
    others = [create(data), create(data, "--sandbox", "autumn")]
    with Server(data, dev=False) as server:
        server.client(keys[0]).v1.customers.create({"name": "Hers"})
        seen = [len(server.client(key).v1.customers.list().data) for key in [*keys, *others]]
    assert seen == [1, 1, 0, 0]
    assert all(key.startswith("sk_test_") for key in [*keys, *others])


def test_the_secret_is_all_of_the_output_and_stored_nowhere(data: Path) -> None:
    code, secret, told = run("create", "--data", str(data), "--name", "deploy")
    assert (code, secret.count("\n"), "only time" in told) == (0, 1, True)
    assert not any(
        secret.strip().encode() in path.read_bytes() for path in data.iterdir() if path.is_file()
    )


def test_the_list_shows_each_key_by_its_end(data: Path) -> None:
    first, second = create(data, "--name", "ci"), create(data, "--live")
    _, listed, _ = run("list", "--data", str(data))
    assert [line.split()[1:3] for line in listed.splitlines()[1:]] == [
        ["test", first[-4:]],
        ["live", second[-4:]],
    ]
    assert "ci" in listed


def test_a_revoked_key_stays_in_the_list_and_no_width_cuts_an_id(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(data, "--name", "[red] is no colour")
    id = run("list", "--data", str(data))[1].splitlines()[1].split()[0]
    run("revoke", id, "--data", str(data))
    assert "[red] is no colour (revoked 20" in run("list", "--data", str(data))[1]
    monkeypatch.setenv("COLUMNS", "50")
    lines = run("list", "--data", str(data))[1].splitlines()
    assert max(map(len, lines)) <= 50
    assert "".join(line.split(" ")[0] for line in lines).removeprefix("ID") == id


def test_a_list_without_keys_says_how_to_make_one(data: Path) -> None:
    create(data.parent / "other")
    with Server(data, dev=False):
        pass
    assert run("list", "--data", str(data)) == (
        0,
        "",
        "There are no keys yet. Make one with 'taximeter keys create'.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["create", "--live", "--sandbox", "x"], "exclude each other"),
        (["create", "--sandbox", "live"], "'live' is not a sandbox"),
        (["create", "--sandbox", " "], "1 to 100 characters"),
        (["create", "--name", "n" * 101], "at most 100 characters"),
        (["list"], "There is no data in"),
        (["revoke", "key_1"], "There is no data in"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: list[str], sentence: str, data: Path
) -> None:
    code, output, error = run(*arguments, "--data", str(data))
    assert (code > 0, output, sentence in error, data.exists()) == (True, "", True, False)


def test_revoking_an_unknown_key_says_so(data: Path) -> None:
    create(data)
    assert run("revoke", "key_none", "--data", str(data)) == (
        1,
        "",
        "Error: There is no open key key_none. 'taximeter keys list' shows them all.\n",
    )
