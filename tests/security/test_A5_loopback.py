"""A5: any port of 127.0.0.1 and [::1], literally, for native applications, and nothing else of the kind (RFC 8252)."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import pytest

from narthex.applications.types import ApplicationType
from tests.fixtures.server import Server
from tests.fixtures.walk import HTML, returned
from tests.oidc.relying_party import answered, refused, relying_party

V4, V6 = "http://127.0.0.1/callback", "http://[::1]:4000/callback?a=b"
ALLOWED = (
    V4,
    V6,
    "http://127.0.0.1:1/callback",
    "http://127.0.0.1:51004/callback",
    "http://127.0.0.1:65535/callback",
    "http://[::1]/callback?a=b",
    "http://[::1]:51004/callback?a=b",
)
REFUSED = (
    "http://localhost/callback",
    "http://localhost:51004/callback",
    "http://LOCALHOST:51004/callback",
    "https://127.0.0.1:51004/callback",
    "HTTP://127.0.0.1:51004/callback",
    "http://127.0.0.2:51004/callback",
    "http://127.1:51004/callback",
    "http://127.0.0.1.:51004/callback",
    "http://127.000.000.001:51004/callback",
    "http://2130706433:51004/callback",
    "http://0x7f000001:51004/callback",
    "http://017700000001:51004/callback",
    "http://0.0.0.0:51004/callback",
    "http://[::]:51004/callback?a=b",
    "http://[::ffff:127.0.0.1]:51004/callback",
    "http://[0:0:0:0:0:0:0:1]:51004/callback?a=b",
    "http://[::1%25lo]:51004/callback?a=b",
    "http://[::01]:51004/callback?a=b",
    "http://[::1]:51004/callback",
    "http://127.0.0.1:51004/callback?a=b",
    "http://127.0.0.1:51004/callback/",
    "http://127.0.0.1:51004/callback?",
    "http://127.0.0.1:51004/callback#x",
    "http://127.0.0.1:51004/CALLBACK",
    "http://127.0.0.1:51004/x/../callback",
    "http://127.0.0.1:51004//callback",
    "http://127.0.0.1:51004\\callback",
    "http://127.0.0.1:51004@evil.example/callback",
    "http://evil.example@127.0.0.1:51004/callback",
    "http://127.0.0.1:51004.evil.example/callback",
    "http://127.0.0.1.evil.example:51004/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1:0/callback",
    "http://127.0.0.1:-1/callback",
    "http://127.0.0.1:+80/callback",
    "http://127.0.0.1: 80/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:\uff18\uff10/callback",
    "http://127.0.0.1:1_0/callback",
    "http://127.0.0.1:80:80/callback",
    "http://127.0.0.1%3a80/callback",
    "http://[::1]51004/callback?a=b",
    "http://::1:51004/callback?a=b",
    "http://[::1]]:51004/callback?a=b",
    "http:/127.0.0.1:51004/callback",
    "http:127.0.0.1:51004/callback",
    "http://127.0.0.1:51004",
    "//127.0.0.1:51004/callback",
)


async def test_A5_a_native_application_may_listen_at_any_port(server: Server) -> None:
    party = await relying_party(server, ApplicationType.NATIVE, redirect_uris=(V4, V6))
    await party.sign_up()
    for uri in ALLOWED:
        answer = await party.browser.get(party.browser.authorize_url(party.id, uri))
        assert answer.headers["location"].startswith(f"{uri}{'&' if '?' in uri else '?'}code="), uri
        # The code is bound to the address that was used, not to the registered one.
        code = returned(answer)["code"]
        assert answered(await party.redeem(code, redirect_uri=uri))["token_type"] == "Bearer"


async def test_A5_a_code_for_one_port_is_not_for_another(server: Server) -> None:
    party = await relying_party(server, ApplicationType.NATIVE, redirect_uris=(V4,))
    await party.sign_up()
    answer = await party.browser.get(party.browser.authorize_url(party.id, ALLOWED[3]))
    refused(await party.redeem(returned(answer)["code"], redirect_uri=ALLOWED[2]))


async def test_A5_nothing_else_is_loopback(server: Server) -> None:
    party = await relying_party(server, ApplicationType.NATIVE, redirect_uris=(V4, V6))
    await party.sign_up()
    for uri in REFUSED:
        answer = await party.browser.client.get(party.browser.authorize_url(party.id, uri), headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (400, False), uri


@pytest.mark.parametrize("kind", [ApplicationType.SPA, ApplicationType.TRADITIONAL])
async def test_A5_the_port_counts_for_every_other_kind(server: Server, kind: ApplicationType) -> None:
    party = await relying_party(server, kind, redirect_uris=(V4, V6))
    await party.sign_up()
    for uri in ALLOWED[2:]:
        answer = await party.browser.client.get(party.browser.authorize_url(party.id, uri), headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (400, False), uri


async def test_A5_the_freedom_is_that_of_loopback_alone(server: Server) -> None:
    uris = ("https://app.example.com/callback", "http://localhost:4000/callback", "http://10.0.0.1/callback")
    party = await relying_party(server, ApplicationType.NATIVE, redirect_uris=uris)
    await party.sign_up()
    for uri in (
        "https://app.example.com:8443/callback",
        "http://localhost:4001/callback",
        "http://localhost/callback",
        "http://10.0.0.1:80/callback",
    ):
        answer = await party.browser.client.get(party.browser.authorize_url(party.id, uri), headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (400, False), uri


async def test_A5_a_sign_out_has_no_such_freedom(server: Server) -> None:
    party = await relying_party(server, ApplicationType.NATIVE, post_logout_redirect_uris=(V4,))
    for uri in ALLOWED[2:5]:
        url = f"/oidc/session/end?client_id={party.id}&post_logout_redirect_uri={uri}"
        assert (await party.browser.client.get(url, headers=HTML)).status_code == 400
