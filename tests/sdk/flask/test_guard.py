"""Check 41: a Flask API guards itself in three lines, with tokens of our server and with bent ones."""

import asyncio
from collections.abc import Callable

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from narthex.applications.types import ApplicationType
from narthex_client import Client, ClientConfig, MemoryStorage
from narthex_client.flask import FlaskGuard
from tests.fixtures.api_resource import BookApi
from tests.fixtures.live_server import sign_up_at
from tests.fixtures.server import CALLBACK, Server
from tests.fixtures.stand_in import SUBJECT, StandIn

API = "https://api.bookstore.example"


def books_api(guard: FlaskGuard) -> FlaskClient:
    """An API that lists books, and burns them."""
    app = Flask("api")

    @app.get("/books")
    @guard.requires("read:books")
    def books() -> ResponseReturnValue:
        return jsonify(reader=guard.claims.sub)

    @app.get("/either")
    @guard.requires("burn:books", "read:books", any_of=True)
    async def either() -> ResponseReturnValue:
        return jsonify(reader=guard.claims.sub)

    @app.delete("/books/<int:number>")
    @guard.requires("burn:books")
    def burn(number: int) -> ResponseReturnValue:
        raise AssertionError(f"book {number} burns")

    return app.test_client()


@pytest.fixture
def api(stand_in: StandIn) -> FlaskClient:
    """The API, whose server is the stand-in."""
    return books_api(FlaskGuard(stand_in.issuer, API, transport=stand_in, clock=stand_in.clock))


def bearer(token: str) -> dict[str, str]:
    """The headers of a request with a token."""
    return {"Authorization": f"Bearer {token}"}


def test_a_good_token_reaches_the_view(api: FlaskClient, stand_in: StandIn) -> None:
    for path in ("/books", "/either"):
        answer = api.get(path, headers=bearer(stand_in.access_token(API)))
        assert (answer.status_code, answer.json) == (200, {"reader": SUBJECT})


@pytest.mark.parametrize(
    ("bend", "status", "error"),
    [
        (lambda at: at.access_token("https://other.example"), 401, "invalid_token"),
        (lambda at: at.access_token(API, iss="https://elsewhere.example"), 401, "invalid_token"),
        (lambda at: at.access_token(API, exp=1), 401, "invalid_token"),
        (lambda at: at.id_token(aud=API), 401, "invalid_token"),
        (lambda at: "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.", 401, "invalid_token"),
        (lambda at: at.access_token(API, scope="write:books"), 403, "insufficient_scope"),
        (lambda at: "a b", 400, "invalid_request"),
    ],
    ids=["audience", "issuer", "expired", "an ID token", "not signed", "scope", "two words"],
)
def test_a_bent_token_is_answered_as_rfc_6750_says(
    api: FlaskClient, stand_in: StandIn, bend: Callable[[StandIn], str], status: int, error: str
) -> None:
    answer = api.get("/books", headers=bearer(bend(stand_in)))
    assert answer.status_code == status
    assert answer.headers["WWW-Authenticate"].startswith(f'Bearer error="{error}"')
    assert answer.json is not None
    assert answer.json["error"] == error


def test_without_a_token_it_is_401(api: FlaskClient) -> None:
    answer = api.delete("/books/7")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json == {"error": "unauthorized", "error_description": "This API needs an access token."}


def test_keys_out_of_reach_are_503(api: FlaskClient, stand_in: StandIn) -> None:
    stand_in.down.add("/oidc/jwks")
    answer = api.get("/books", headers=bearer(stand_in.access_token(API)))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_check_41_a_person_with_the_role_reads_and_others_do_not(live_server: Server, book_api: BookApi) -> None:
    made = await live_server.application()
    config = ClientConfig(
        live_server.base_url, made.application_id, made.secret, resources=(API,), scopes=("read:books",)
    )
    session = Client(config).session(MemoryStorage())
    url = await asyncio.to_thread(session.sign_in, CALLBACK)
    answer = await sign_up_at(live_server.browser(), url)
    person = (await asyncio.to_thread(session.handle_callback, answer.headers["location"])).claims
    api = books_api(FlaskGuard(f"{live_server.base_url}/oidc", API))
    without = await asyncio.to_thread(session.access_token, API)
    assert (await asyncio.to_thread(api.get, "/books", headers=bearer(without))).status_code == 403
    await book_api.let_read(person.sub)
    renewed = Client(config).session(copy_of_refresh_token(session.refresh_token()))
    token = await asyncio.to_thread(renewed.access_token, API)
    answered = await asyncio.to_thread(api.get, "/books", headers=bearer(token))
    assert (answered.status_code, answered.json) == (200, {"reader": person.sub})
    burnt = await asyncio.to_thread(api.delete, "/books/7", headers=bearer(token))
    assert burnt.status_code == 403
    userinfo, id_token = await asyncio.to_thread(session.access_token), session.id_token()
    for other in (userinfo, id_token or ""):
        assert (await asyncio.to_thread(api.get, "/books", headers=bearer(other))).status_code == 401


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_check_41_a_machine_reads_with_its_own_token(live_server: Server, book_api: BookApi) -> None:
    made = await live_server.application(ApplicationType.MACHINE_TO_MACHINE, name="Stocktaker")
    await book_api.let_machine_read(made.application_id)
    form = {"grant_type": "client_credentials", "resource": API, "scope": "read:books"}
    assert made.secret is not None
    client = live_server.client()
    answer = await client.post("/oidc/token", data=form, auth=(made.application_id, made.secret))
    api = books_api(FlaskGuard(f"{live_server.base_url}/oidc", API))
    read = await asyncio.to_thread(api.get, "/books", headers=bearer(answer.json()["access_token"]))
    assert (read.status_code, read.json) == (200, {"reader": made.application_id})


def copy_of_refresh_token(token: str | None) -> MemoryStorage:
    """A storage that knows nothing else."""
    storage = MemoryStorage()
    storage.set("refreshToken", token)
    return storage
