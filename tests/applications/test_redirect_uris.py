"""Which URIs may be registered, and which requested one is a registered one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from narthex.applications.redirect_uris import RedirectUriInvalid, check_registrable, is_registered
from narthex.applications.schemas import Application, CustomClientMetadata, OidcClientMetadata
from narthex.applications.types import ApplicationType

WEB = [
    *("https://app.example/callback", "https://app.example", "http://localhost:3000/callback", "http://127.0.0.1/cb"),
    *("https://app.example/cb?tenant=1&x=%20", "https://[2001:db8::1]:8443/cb", "http://app.example/cb"),
]
NATIVE = ["io.example.app://callback", "com.example.app:/callback", "myapp://x?y=1"]
NEVER = [
    *("", "callback", "/callback", "//app.example", "https://", "https:///cb", "https://app.example/#x"),
    *("https://app.example/cb#", "https://*.app.example/", "https://app.example/*", "https://user@app.example/"),
    *("https://user:pw@app.example/", "https://app.example/a b", "https://app.example/\n", "https://app.example\\evil"),
    *("https://app.example/ä", "https://[::1", "https://app.example:port/", "https://app.example/<x>", 'https://a"b/'),
    *("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:x"),
    *(
        "about:blank",
        "ws://app.example",
        "ftp://app.example",
        "https://app.example/" + "a" * 2048,
        "https://a/^",
        "x{y}:z",
    ),
    *("https://app.example/cb?code=1", "https://app.example/cb?state=x&a=1", "https://app.example/?iss="),
]


def refused(uri: str, *, is_native: bool) -> bool:
    try:
        check_registrable(uri, is_native=is_native)
    except RedirectUriInvalid:
        return True
    return False


def test_a_refusal_names_the_uri() -> None:
    with pytest.raises(RedirectUriInvalid) as caught:
        check_registrable("ftp://app.example" + "x" * 500, is_native=False)
    assert (caught.value.code, caught.value.status) == ("guard.invalid_input", 400)
    assert "'ftp://app.examplexxx" in caught.value.text
    assert len(caught.value.text) < 400


@pytest.mark.parametrize("uri", WEB)
def test_web_addresses_may_be_registered(uri: str) -> None:
    assert not refused(uri, is_native=False)
    assert not refused(uri, is_native=True)


@pytest.mark.parametrize("uri", NATIVE)
def test_schemes_of_their_own_are_for_native_applications(uri: str) -> None:
    assert refused(uri, is_native=False)
    assert not refused(uri, is_native=True)


@pytest.mark.parametrize("uri", NEVER)
def test_what_nobody_may_register(uri: str) -> None:
    assert refused(uri, is_native=False)
    assert refused(uri, is_native=True)


def application(kind: ApplicationType, *uris: str) -> Application:
    return Application("app", "App", kind, OidcClientMetadata(uris), CustomClientMetadata(), False, ())


def test_the_exact_string_is_the_registered_one() -> None:
    web = application(ApplicationType.SPA, *WEB)
    assert all(is_registered(web, uri) for uri in WEB)
    for other in ("https://app.example/callback/", "https://app.example/Callback", "https://APP.example/callback"):
        assert not is_registered(web, other)
    assert not is_registered(web, "http://localhost:3001/callback")
    assert not is_registered(application(ApplicationType.SPA), "")


NATIVE_APP = application(
    ApplicationType.NATIVE, "http://127.0.0.1/cb", "http://[::1]:5000/cb?x=1", "http://localhost/cb"
)


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", "http://[::1]:7/cb?x=1"]
)
def test_a_native_application_may_use_any_port_of_loopback(uri: str) -> None:
    assert is_registered(NATIVE_APP, uri)


@pytest.mark.parametrize(
    "uri",
    [
        *("http://127.0.0.1:0/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:x/cb", "http://127.0.0.1:/cb"),
        *("https://127.0.0.1:5/cb", "http://127.0.0.2:5/cb", "http://localhost:5/cb", "http://127.0.0.1:5/cb/"),
        *("http://127.0.0.1:5@evil.example/cb", "http://[::1]:7/cb", "http://127.0.0.1:٣/cb", "http://127.1:5/cb"),
    ],
)
def test_and_nothing_else_of_it(uri: str) -> None:
    assert not is_registered(NATIVE_APP, uri)


@given(st.text())
def test_no_text_breaks_the_rules(text: str) -> None:
    refused(text, is_native=True)
    is_registered(NATIVE_APP, text)
    is_registered(NATIVE_APP, "http://127.0.0.1:" + text)
