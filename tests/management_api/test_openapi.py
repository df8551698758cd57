"""The description of the API says what the code does."""

import re
from typing import Any

import msgspec

from narthex.management_api.operations import OPERATIONS, document
from tests.fixtures.server import Server
from tests.house.source import ROOT
from tests.management_api.caller import Caller, stranger

FILE = ROOT / "docs" / "reference" / "management-api.openapi.json"


def test_the_document_is_the_one_that_make_docs_writes() -> None:
    written = msgspec.json.decode(FILE.read_bytes())
    made = msgspec.json.decode(msgspec.json.encode(document()))
    assert written == made, "run `make docs`"


def test_every_operation_is_described_once() -> None:
    paths: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert described == {(one.method, one.path) for one in OPERATIONS}
    assert len(OPERATIONS) == len(described) == len({one.id for one in OPERATIONS})


def test_every_operation_says_what_it_is() -> None:
    for one in OPERATIONS:
        assert one.summary[0].isupper(), one
        assert one.handler.__doc__, one


def test_every_reference_in_the_document_leads_somewhere() -> None:
    text = FILE.read_text()
    found: dict[str, Any] = msgspec.json.decode(text)
    for reference in set(re.findall(r'"#/([^"]+)"', text)):
        place: Any = found
        for part in reference.split("/"):
            place = place[part]


async def test_the_server_serves_it_to_anybody(server: Server) -> None:
    served = await stranger(server).get("/api/.well-known/management.openapi.json")
    assert served["servers"] == [{"url": "http://localhost:3001"}]
    assert served["paths"].keys() == msgspec.json.decode(FILE.read_bytes())["paths"].keys()
    assert await stranger(server).get("/api/swagger.json") == served


async def test_answers_have_the_members_that_the_document_says(api: Caller) -> None:
    schemas: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())["components"]["schemas"]
    made = await api.post("/api/users", {"username": "ada"})
    assert made.keys() == set(schemas["UserAnswer"]["required"])
    assert (await api.get("/api/resources"))[0].keys() == set(schemas["ResourceAnswer"]["required"])
