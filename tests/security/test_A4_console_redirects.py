"""A4: no link or form of the console leads a browser to another site."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import pytest

from narthex.tenants.schemas import ADMIN_TENANT
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import Server
from tests.security.redirect_corpus import EVIL, variants

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def places() -> list[str]:
    """Ways to write an address that some browser takes for another site."""
    odd = ["//evil.example", "/\\evil.example", "https://evil.example/console/", "//evil.example/console/default", ""]
    odd += ["/console\\@evil.example", "/console/../..//evil.example", "javascript:alert(1)", "/\t/evil.example"]
    return odd + variants("http://localhost:3001/console/default/users", small=True)


@pytest.mark.parametrize("where", ["language?tag=en&from=", "referer"])
async def test_A4_the_way_back_from_a_preference_stays_in_the_console(operator: OperatorBrowser, where: str) -> None:
    for place in places():
        if not place.isascii() or any(character < " " for character in place):
            continue
        if where == "referer":
            answer = await operator.client.get("/console/-/language?tag=en", headers={"referer": place})
        else:
            answer = await operator.client.get("/console/-/language", params={"tag": "en", "from": place})
        location = answer.headers["location"]
        assert location.startswith("/console"), place
        assert not location.startswith("/console\\"), place


async def test_A4_a_sign_in_comes_back_to_the_console_only(server: Server, operator: OperatorBrowser) -> None:
    assert (await operator.get("users")).status_code == 200
    for path in ("/console//evil.example", "/console/%2f%2fevil.example", "/console/@evil.example", "/console/..%2f"):
        answer = await server.client(ADMIN_TENANT).get(path, headers={"accept": "text/html"})
        assert answer.status_code in {303, 404}, path
        if answer.status_code == 303:
            location = answer.headers["location"]
            assert location.startswith(f"{server.base_url}/t/admin/oidc/auth?"), path
            assert EVIL not in location
