"""The headers of a page."""

from narthex.management_api.paging import Listed, PageRequest, page_headers
from narthex.tenants.request import Request
from tests.fixtures.server import Server
from tests.management_api.caller import Caller


def asked(server: Server) -> Request:
    """A request for the second page of some events."""

    async def nothing() -> dict[str, object]:
        return {}

    query = b"page=2&userId=a%26b"
    return Request(server.tenant(), "GET", "/api/logs", query, {}, nothing, request_id="1", ip="127.0.0.1")


async def test_a_list_that_is_too_long_to_count(server: Server) -> None:
    headers = page_headers(asked(server), PageRequest(2, 20), Listed([], 10_000, is_capped=True))
    found = {name.decode(): value.decode() for name, value in headers}
    assert (found["total-number"], found["total-number-is-capped"]) == ("10000", "true")
    base = "http://localhost:3001/api/logs?userId=a%26b"
    links = {"first": 1, "prev": 1, "next": 3}
    assert found["link"] == ", ".join(f'<{base}&page={page}>; rel="{name}"' for name, page in links.items())


async def test_a_list_of_nothing_has_one_page(server: Server, api: Caller) -> None:
    answer = await api.call("GET", "/api/users")
    assert answer.headers["total-number"] == "0"
    page = "<http://localhost:3001/api/users?page=1>"
    assert answer.headers["link"] == f'{page}; rel="first", {page}; rel="last"'
