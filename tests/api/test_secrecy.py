"""Keys and payloads stay out of errors and logs."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from taximeter.app.stores import open_records
from taximeter.customers import Customer, CustomerDetails
from tests.wire.plain import request

KEY = "sk_test_NeverToBeSeenAnywhere0123"
PAYLOAD = "payload-never-to-be-seen"


def test_failing_statement_does_not_name_what_it_was_to_store(tmp_path: Path) -> None:
    customer = Customer(
        id="cus_1", environment=1, created=1, details=CustomerDetails(email=f"{PAYLOAD}@x.y")
    )
    with open_records(tmp_path) as records:
        with records.writing() as unit:
            unit.customers.add(customer)
        with pytest.raises(SQLAlchemyError) as caught, records.writing() as unit:
            unit.customers.add(customer)
    assert PAYLOAD not in str(caught.value)


def test_server_logs_neither_keys_nor_payloads(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "taximeter", "serve", "--dev", "--port", "0", "--data", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    address = process.stdout.readline().split(" on ")[1].split(",")[0].strip()
    form = {
        "event_name": PAYLOAD,
        "payload[value]": PAYLOAD,
        "payload[stripe_customer_id]": PAYLOAD,
        "identifier": PAYLOAD,
    }
    basic = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
    answers = [
        request(address, "POST", "/v1/billing/meter_events", body=form, key=KEY),
        request(address, "POST", "/v1/customers", body={"email": f"{PAYLOAD}@x.y"}, key=KEY),
        request(address, "POST", "/v1/customers", body={"name": "%zz" + PAYLOAD}, key=KEY),
        request(address, "GET", "/v1/customers", headers={"Authorization": basic}),
        request(address, "GET", "/v1/customers", key=KEY.replace("test", "live")),
        request(address, "GET", "/v1/customers", key=KEY.replace("sk_", "pk_")),
        request(address, "GET", f"/nowhere/{PAYLOAD}", key=KEY),
    ]
    process.terminate()
    out, err = process.communicate(timeout=60)
    said = [out, err, *(answer.body.decode() for answer in answers if answer.status != 200)]
    secret = KEY.removeprefix("sk_test_")
    assert [text for text in said if secret in text] == []
    assert [text for text in (out, err) if PAYLOAD in text] == []
    assert process.returncode == 0
