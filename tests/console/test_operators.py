"""Operators in the console: invited, listed, removed; and what a removal does."""

import re

import pytest

from tests.fixtures.console import OperatorBrowser, new_operator
from tests.fixtures.server import Server


async def test_an_invitation_is_shown_once_and_works(server: Server, operator: OperatorBrowser) -> None:
    page = await operator.post("operators")
    link = re.search(r'<code id="invitation">([^<]+)</code>', page.text)
    assert link is not None
    assert link[1] not in (await operator.get("operators")).text
    opened = await server.client("admin").get(link[1], headers={"accept": "text/html"})
    assert opened.status_code == 200
    assert 'name="password"' in opened.text


async def test_a_removed_operator_is_out_at_the_next_request(server: Server, operator: OperatorBrowser) -> None:
    other = await new_operator(server, "peter")
    assert (await other.get("users")).status_code == 200
    assert (await operator.post(f"operators/{other.user_id}/remove", {"confirm": "Peter"})).status_code == 400
    assert (await operator.post(f"operators/{other.user_id}/remove", {"confirm": "peter"})).status_code == 303
    answer = await other.get("users")
    assert answer.status_code == 303
    assert "/t/admin/oidc/auth" in answer.headers["location"]
    assert "peter" not in (await operator.get("operators")).text


async def test_nobody_removes_himself(operator: OperatorBrowser) -> None:
    answer = await operator.post(f"operators/{operator.user_id}/remove", {"confirm": "olivia"})
    assert answer.status_code == 422
    assert 'id="problems"' in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
async def test_an_unknown_operator_is_not_there(operator: OperatorBrowser, method: str) -> None:
    call = operator.get if method == "get" else operator.post
    assert (await call("operators/nobody000000/remove")).status_code == 404
