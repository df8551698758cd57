"""P8: the security headers of every page and every form of the console; the preview document is the one exception."""
# ruff: noqa: N802  tests are named after the ids of the attack list

import httpx2
import pytest

from tests.fixtures.console import OperatorBrowser
from tests.fixtures.furnished import furnish
from tests.fixtures.server import Server

FORBIDDEN = ("unsafe-inline", "unsafe-eval", "*", "blob:")
SAME = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def directives(answer: httpx2.Response) -> dict[str, str]:
    """The Content-Security-Policy of an answer."""
    parts = answer.headers["content-security-policy"].split(";")
    return dict(part.strip().partition(" ")[::2] for part in parts)


async def test_P8_every_answer_of_the_console(server: Server, operator: OperatorBrowser) -> None:
    things = await furnish(server)
    answers = [(path, await operator.get(path)) for path in things.paths("GET")]
    answers += [(path, await operator.post(path)) for path in things.paths("POST")]
    answers += [("/console", await operator.get("/console")), ("nothing", await operator.get("nothing"))]
    for path, answer in answers:
        policy, is_preview = directives(answer), path.endswith("/preview")
        for name, value in SAME.items():
            assert answer.headers.get(name) == value, (path, name)
        assert policy["default-src"] == "'none'", path
        assert policy["base-uri"] == "'none'", path
        assert policy["frame-ancestors"] == ("'self'" if is_preview else "'none'"), path
        assert answer.headers["x-frame-options"] == ("SAMEORIGIN" if is_preview else "DENY"), path
        assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}, path
        assert not any(bad in answer.headers["content-security-policy"] for bad in FORBIDDEN), path
        assert is_preview <= ("script-src" not in policy), path


async def test_P8_only_the_provider_of_a_connector_may_follow_its_form(
    server: Server, operator: OperatorBrowser
) -> None:
    things = await furnish(server)
    page = await operator.get(f"connectors/{things.connection}")
    assert directives(page)["form-action"] == "'self' https://id.example"
    assert directives(await operator.get("users"))["form-action"] == "'self'"


@pytest.mark.parametrize(
    "endpoint",
    ["https://a.example; script-src *", "https://a b/", "javascript:alert(1)", "https://[", "https://é.example", "x"],
)
async def test_P8_no_address_of_a_provider_opens_the_policy(operator: OperatorBrowser, endpoint: str) -> None:
    asked = await operator.get("connectors/new?connector=oidc")
    page = await operator.post(asked.headers["location"], {"authorizationEndpoint": endpoint, "name": "OIDC"})
    assert directives(page)["form-action"] == "'self'"
