"""The Flask extension: routes, decorator, visitors, and what the session cookie gives away."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from narthex_client import ClientConfig, ConfigError, MemoryStorage, NetworkError
from narthex_client.flask import SessionStorage, SignIn
from tests.fixtures.stand_in import APP_ID, APP_SECRET, SUBJECT, StandIn

API = "https://api.bookstore.example"


@pytest.fixture
def app(stand_in: StandIn) -> Flask:
    """A bookstore whose cart is for those who are signed in."""
    app = Flask("bookstore")
    app.secret_key = "a key for tests only"
    app.config.update(
        NARTHEX_ENDPOINT=stand_in.endpoint,
        NARTHEX_APP_ID=APP_ID,
        NARTHEX_APP_SECRET=APP_SECRET,
        NARTHEX_RESOURCES=[API],
    )
    sign_in = SignIn(app, transport=stand_in, clock=stand_in.clock)

    @app.get("/")
    def home() -> str:
        return f"Hello, {sign_in.user.username}" if sign_in.user else "Hello, whoever you are"

    @app.route("/cart", methods=["GET", "POST"])
    @sign_in.required
    def cart() -> str:
        assert sign_in.user is not None
        return f"The cart of {sign_in.user.sub}"

    @app.get("/later")
    @sign_in.required
    async def later() -> str:
        return "asynchronous"

    @app.get("/books")
    @sign_in.required
    def books() -> str:
        return sign_in.session.access_token(API)

    @app.get("/apis/<int:number>")
    @sign_in.required
    def apis(number: int) -> list[str]:
        return [sign_in.session.access_token(f"https://api-{one}.example") for one in range(number)]

    return app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """A browser."""
    return app.test_client()


def sign_in(visitor: FlaskClient, stand_in: StandIn, path: str = "/sign-in") -> TestResponse:
    """Sign in, from a page of the bookstore and back."""
    url = visitor.get(path).headers["Location"]
    return visitor.get(stand_in.authorize(url))


def test_a_visitor_signs_in_and_out(visitor: FlaskClient, stand_in: StandIn) -> None:
    assert visitor.get("/").text == "Hello, whoever you are"
    back = sign_in(visitor, stand_in)
    assert (back.status_code, back.headers["Location"]) == (302, "/")
    assert visitor.get("/").text == "Hello, ada"
    url = urlsplit(visitor.get("/sign-out").headers["Location"])
    assert url.path == "/oidc/session/end"
    query = parse_qs(url.query)
    assert query["post_logout_redirect_uri"] == ["http://localhost/"]
    assert query["id_token_hint"]
    assert visitor.get("/").text == "Hello, whoever you are"


def test_the_request_names_the_callback_of_this_application(visitor: FlaskClient) -> None:
    query = parse_qs(urlsplit(visitor.get("/sign-in").headers["Location"]).query)
    assert query["redirect_uri"] == ["http://localhost/callback"]
    assert "first_screen" not in query
    query = parse_qs(urlsplit(visitor.get("/sign-up").headers["Location"]).query)
    assert query["first_screen"] == ["register"]


def test_a_page_for_those_signed_in_sends_others_to_sign_in_and_back(visitor: FlaskClient, stand_in: StandIn) -> None:
    sent = visitor.get("/cart?book=7")
    assert (sent.status_code, sent.headers["Location"]) == (302, "/sign-in?next=/cart?book%3D7")
    assert sign_in(visitor, stand_in, sent.headers["Location"]).headers["Location"] == "/cart?book=7"
    assert visitor.get("/cart").text == f"The cart of {SUBJECT}"
    assert visitor.get("/later").text == "asynchronous"


def test_what_was_sent_is_not_repeated_by_a_redirect(visitor: FlaskClient) -> None:
    assert visitor.post("/cart").status_code == 401


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "evil", "/%0d/../\n", "/a\tb", ""],
)
def test_nobody_is_led_away_after_the_sign_in(visitor: FlaskClient, stand_in: StandIn, address: str) -> None:
    url = visitor.get("/sign-in", query_string={"next": address}).headers["Location"]
    assert visitor.get(stand_in.authorize(url)).headers["Location"] == "/"


def test_two_tabs_both_come_back(visitor: FlaskClient, stand_in: StandIn) -> None:
    urls = [visitor.get("/sign-in").headers["Location"] for _ in range(2)]
    for url in urls:
        assert visitor.get(stand_in.authorize(url)).status_code == 302
        assert visitor.get("/").text == "Hello, ada"


def test_two_browsers_do_not_mix(app: Flask, stand_in: StandIn) -> None:
    ada, grace = app.test_client(), app.test_client()
    sign_in(ada, stand_in)
    assert grace.get("/").text == "Hello, whoever you are"
    url = ada.get("/sign-in").headers["Location"]
    assert grace.get(stand_in.authorize(url)).status_code == 400


def test_a_denial_is_a_page_with_a_way_on(visitor: FlaskClient, stand_in: StandIn) -> None:
    url = visitor.get("/sign-in").headers["Location"]
    denied = visitor.get(stand_in.authorize(url, code=None, error="access_denied", error_description="<script>"))
    assert denied.status_code == 400
    assert '<a href="/sign-in">Try again</a>' in denied.text
    assert "<script>" not in denied.text


def test_a_server_that_is_away_is_a_502_and_visitors_are_nobody_meanwhile(
    visitor: FlaskClient, stand_in: StandIn
) -> None:
    sign_in(visitor, stand_in)
    stand_in.now += 3600
    stand_in.down.add("/oidc/token")
    assert visitor.get("/").text == "Hello, whoever you are"
    stand_in.down.clear()
    assert visitor.get("/").text == "Hello, ada"
    fresh = Flask("fresh")
    fresh.secret_key = "x"
    stand_in.down.add("/oidc/.well-known/openid-configuration")
    SignIn(fresh, ClientConfig(stand_in.endpoint, APP_ID), transport=stand_in)
    assert fresh.test_client().get("/sign-in").status_code == 502


def test_a_sign_in_that_was_ended_at_the_server_ends_here(visitor: FlaskClient, stand_in: StandIn) -> None:
    sign_in(visitor, stand_in)
    token = visitor.get("/books").text
    assert token.count(".") == 2
    assert visitor.get("/books").text == token
    stand_in.refresh_tokens.clear()
    stand_in.now += 3600
    assert visitor.get("/cart").headers["Location"] == "/sign-in?next=/cart"
    assert visitor.get("/").text == "Hello, whoever you are"


def test_a_sign_in_that_ends_while_the_view_works_sends_to_sign_in(visitor: FlaskClient, stand_in: StandIn) -> None:
    sign_in(visitor, stand_in)
    stand_in.refresh_tokens.clear()
    assert visitor.get("/books").headers["Location"] == "/sign-in?next=/books"


def test_a_foreign_page_cannot_sign_anybody_out(visitor: FlaskClient, stand_in: StandIn) -> None:
    sign_in(visitor, stand_in)
    for method in (visitor.get, visitor.post):
        kept = method("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
        assert kept.headers["Location"] == "/"
    assert visitor.get("/").text == "Hello, ada"


def test_the_cookie_gives_nothing_away_and_cannot_be_moved(app: Flask, stand_in: StandIn) -> None:
    with app.test_client() as visitor:
        sign_in(visitor, stand_in)
        kept = dict(session)
    assert kept.keys() == {"narthex.idToken", "narthex.refreshToken", "narthex.accessTokenMap"}
    assert all("refresh-" not in value and "." not in value for value in kept.values())
    with app.test_request_context("/"):
        session["narthex.idToken"] = kept["narthex.refreshToken"]
        session["narthex.refreshToken"] = kept["narthex.refreshToken"][:-4] + "AAAA"
        session["narthex.accessTokenMap"] = 7
        storage = SessionStorage()
        assert [storage.get(key) for key in ("idToken", "refreshToken", "accessTokenMap")] == [None] * 3


def test_the_cookie_stays_small_however_many_apis_are_called(visitor: FlaskClient, stand_in: StandIn) -> None:
    stand_in.bent = {"organizations": [f"organization-{number:04}" for number in range(25)]}
    sign_in(visitor, stand_in)
    for number in range(12):
        answer = visitor.get(f"/apis/{number}")
        assert len(answer.headers.get("Set-Cookie", "")) < 4093
        assert visitor.get("/").text == "Hello, ada"


def test_another_storage_and_prefix_and_home(stand_in: StandIn) -> None:
    app, kept = Flask("bookstore"), MemoryStorage()
    config = ClientConfig(stand_in.endpoint, APP_ID)
    extension = SignIn(config=config, storage=lambda: kept, home="/shop", transport=stand_in, clock=stand_in.clock)
    extension.init_app(app, url_prefix="/account")
    visitor = app.test_client()
    assert sign_in(visitor, stand_in, "/account/sign-in").headers["Location"] == "/shop"
    assert kept.get("idToken")
    url = visitor.get("/account/sign-out").headers["Location"]
    assert parse_qs(urlsplit(url).query)["post_logout_redirect_uri"] == ["http://localhost/shop"]


def test_missing_settings_are_named() -> None:
    with pytest.raises(ConfigError, match="NARTHEX_ENDPOINT and NARTHEX_APP_ID"):
        SignIn(Flask("bookstore"))
    app = Flask("bookstore")
    with app.test_request_context("/"), pytest.raises(ConfigError, match="secret_key"):
        SessionStorage().set("idToken", "x")


def test_an_error_of_the_network_in_a_view_is_the_view_s_own(
    app: Flask, visitor: FlaskClient, stand_in: StandIn
) -> None:
    app.testing = True
    sign_in(visitor, stand_in)
    stand_in.down.add("/oidc/token")
    with pytest.raises(NetworkError):
        visitor.get("/books")
