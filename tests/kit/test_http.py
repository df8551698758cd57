"""Responses and cookies: what goes over the wire, and what can never be put into it."""

from collections.abc import MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.kit.http import (
    Response,
    header,
    html_response,
    json_response,
    redirect,
    set_cookie_header,
    text_response,
)


async def sent(response: Response, method: str = "GET") -> list[MutableMapping[str, Any]]:
    """The ASGI messages that a response sends."""
    messages: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("a response reads nothing")

    await response({"type": "http", "method": method}, receive, send)
    return messages


async def test_a_response_is_an_asgi_application() -> None:
    start, body = await sent(json_response({"é": 1}, 201, [(b"cache-control", b"no-store")]))
    assert start == {
        "type": "http.response.start",
        "status": 201,
        "headers": [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"content-length", b"8"),
        ],
    }
    assert body["body"] == '{"é":1}'.encode()


async def test_head_is_answered_with_the_headers_of_get_and_no_body() -> None:
    start, body = await sent(text_response("hello"), "HEAD")
    assert (b"content-length", b"5") in start["headers"]
    assert body["body"] == b""


@pytest.mark.parametrize("status", [204, 304])
async def test_a_response_that_has_no_body_has_no_length(status: int) -> None:
    start, _ = await sent(Response(status))
    assert start["headers"] == []


def test_pages_and_texts_say_their_encoding() -> None:
    assert html_response("<p>é").body == "<p>é".encode()
    assert html_response("").header("Content-Type") == "text/html; charset=utf-8"
    assert text_response("").header("content-type") == "text/plain; charset=utf-8"


def test_headers_and_cookies_are_added_to_a_copy() -> None:
    first = text_response("x")
    second = first.with_header("X-One", "1").with_cookie(set_cookie_header("a", "b", max_age=1, secure=False))
    assert first.header("x-one") is None
    assert second.header("X-One") == "1"
    assert second.header("set-cookie") == "a=b; Path=/; Max-Age=1; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize("value", ["a\r\nset-cookie: x=y", "a\nb", "a\rb", "a\0b", "a\x7f"])
def test_no_header_can_start_another_one(value: str) -> None:
    with pytest.raises(ValueError, match="Not a header"):
        text_response("x").with_header("x-name", value)
    with pytest.raises(ValueError, match="Not a header"):
        header(value, "x")


def test_a_redirect_is_303_and_keeps_a_correct_url_as_it_is() -> None:
    url = "https://app.example/callback?code=a%2Bb&state=x~y&iss=https://id.example/oidc#frag"
    response = redirect(url)
    assert (response.status, response.header("location")) == (303, url)
    assert redirect("/", 302).status == 302
    assert redirect("com.example.app:/callback?code=1").header("location") == "com.example.app:/callback?code=1"
    assert redirect("http://[::1]:3001/cb").header("location") == "http://[::1]:3001/cb"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_redirect_never_breaks_out_of_its_header(text: str) -> None:
    location = redirect("/x?" + text).header("location")
    assert location is not None
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location
    assert '"' not in location


def test_a_cookie_with_everything() -> None:
    assert set_cookie_header(
        "__Host-session.default", "v", max_age=None, secure=True, same_site="None", http_only=False
    ) == (b"set-cookie", b"__Host-session.default=v; Path=/; Secure; SameSite=None")
    assert set_cookie_header("a", "", max_age=0, secure=True, same_site="Strict", path="/t/acme")[1] == (
        b"a=; Path=/t/acme; Max-Age=0; Secure; HttpOnly; SameSite=Strict"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a b", "x"),
        ("", "x"),
        ("a=", "x"),
        ("a;", "x"),
        ("a", "x;y"),
        ("a", "x y"),
        ("a", "x\r\n"),
        ("a", "é"),
        ("a", ","),
    ],
)
def test_no_cookie_can_become_another_one(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="Not a cookie"):
        set_cookie_header(name, value, max_age=None, secure=True)


def test_a_host_cookie_is_secure_and_for_the_whole_host() -> None:
    with pytest.raises(ValueError, match="__Host-a"):
        set_cookie_header("__Host-a", "x", max_age=None, secure=False)
    with pytest.raises(ValueError, match="__Host-a"):
        set_cookie_header("__Host-a", "x", max_age=None, secure=True, path="/t")
    with pytest.raises(ValueError, match="SameSite=None"):
        set_cookie_header("a", "x", max_age=None, secure=False, same_site="None")
    with pytest.raises(ValueError, match="Not a cookie"):
        set_cookie_header("a", "x", max_age=None, secure=True, path="/; Domain=x")
