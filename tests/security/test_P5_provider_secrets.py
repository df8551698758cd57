"""P5 and P16: what a connection keeps secret lies sealed, leaves by no page, log or audit row, and tokens of a provider
are not kept at all."""

# ruff: noqa: N802  tests are named after the ids of the attack list

import io
import logging

import pytest

from narthex.applications.service import Credentials
from narthex.connections import service as connections
from narthex.kit.digests import digest
from narthex.kit.logging import JsonFormatter, LineHandler
from tests.fixtures.server import CALLBACK, NewServer, Server, query_of
from tests.fixtures.small_provider import SmallProvider
from tests.fixtures.social import button_form, connect, offer
from tests.fixtures.traces import contents, events, rows
from tests.fixtures.upstreams import SECRET
from tests.fixtures.walk import Browser, returned

TOKENS = {"access_token": "upstream-access-canary", "refresh_token": "upstream-refresh-canary"}
ALLOW = {"NARTHEX_OUTGOING_ALLOW": "127.0.0.1"}


@pytest.fixture
async def server(new_server: NewServer, small_provider: SmallProvider) -> Server:
    """A server with an OpenID Connect connection."""
    server = await new_server(ALLOW)
    await connect(server, "oidc", connector_id="oidc", config=small_provider.config())
    await offer(server, "oidc")
    return server


async def walk(server: Server, provider: SmallProvider, made: Credentials, browser: Browser) -> dict[str, str]:
    """Come in, and fail to; the secrets that were at work."""
    secrets: dict[str, str] = {"client secret": SECRET}
    provider.answer = TOKENS
    for failing in (False, True):
        page = await browser.get(browser.authorize_url(made.application_id, CALLBACK, prompt="login"))
        left = await browser.submit(page, {}, button_form(page, "oidc"))
        sent = query_of(left.headers["location"])
        secrets |= {f"{name} {failing}": sent[name] for name in ("state", "nonce")}
        # Taken from the database while they are at work.
        assert SECRET not in await contents(server)
        assert sent["nonce"] not in await contents(server)
        assert digest(sent["state"]) in await contents(server)
        provider.claims = {"aud": "another"} if failing else {}
        back = await provider.visit(left.headers["location"])
        secrets[f"code {failing}"] = query_of(back)["code"] + "&"
        answer = await browser.get(back)
        assert (answer.status_code == 400) is failing
        if not failing:
            assert "code" in returned(answer)
    return secrets | TOKENS


async def test_P5_no_secret_of_a_connection_or_a_trip_leaves_or_stays(
    server: Server, small_provider: SmallProvider
) -> None:
    log = io.StringIO()
    handler = LineHandler(log, None)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    seen: list[str] = []

    async def note(response) -> None:  # type: ignore[no-untyped-def]
        await response.aread()
        seen.append(response.text)

    browser = server.browser()
    browser.client.event_hooks["response"] = [note]
    try:
        secrets = await walk(server, small_provider, await server.application(), browser)
    finally:
        logging.getLogger().removeHandler(handler)
    places = {
        "pages": "\n".join(seen),
        "log": log.getvalue(),
        "audit log": str([row.payload for row in await events(server.runtime)]),
        "database": await contents(server),
    }
    for place, text in places.items():
        for name, secret in secrets.items():
            assert secret not in text, f"{name} in {place}"


async def test_P16_the_configuration_lies_sealed_and_is_bound_to_its_place(
    server: Server, small_provider: SmallProvider
) -> None:
    (connection,) = await connections.listed(server.runtime, "default")
    (row,) = await rows(server, "connections")
    assert row["config_sealed"].startswith("v1.")
    assert "clientSecret" not in str(row)
    assert connections.config_of(server.runtime, "default", connection)["clientSecret"] == SECRET
    assert SECRET not in repr(connection)
    for tenant_id in ("admin", "acme"):
        with pytest.raises(Exception, match="wrong context"):
            connections.config_of(server.runtime, tenant_id, connection)


async def test_P16_states_are_random_and_long(server: Server, small_provider: SmallProvider) -> None:
    made, found = await server.application(), set()
    for _ in range(5):
        browser = server.browser()
        page = await browser.get(browser.authorize_url(made.application_id, CALLBACK))
        left = await browser.submit(page, {}, button_form(page, "oidc"))
        sent = query_of(left.headers["location"])
        found |= {sent["state"], sent["nonce"]}
        assert min(len(sent["state"]), len(sent["nonce"])) >= 22, "128 bits"
    assert len(found) == 10
