"""The search of the wire: exact or as patterns, over one name or all, with and without regard to case."""

from typing import Literal

import pytest

from narthex.users import search
from narthex.users.schemas import NewUser
from narthex.users.search import Keyword, SearchInvalid, WireSearch
from tests.fixtures.server import Server
from tests.users.people import everybody

PEOPLE = [
    NewUser("Ada", "ada@example.com", "49301234567", "Ada Lovelace"),
    NewUser("adam", "first@example.com", None, "Ädam [Smith] *?"),
    NewUser("bob", "ada.bob@example.org", "4930999999", "100% Bob_x!"),
    NewUser("cyd", None, None, "O'Neil back\\slash"),
]


async def found(server: Server, wanted: WireSearch, tenant_id: str = "default") -> list[str | None]:
    async with server.runtime.database.scan(tenant_id) as reader:
        users = await search.listed(reader, wanted, 0, 100)
        assert await search.count(reader, wanted) == len(users)
    return [user.username for user in reversed(users)]


def like(value: str, field: str | None = None, *, case: bool = False) -> WireSearch:
    return WireSearch((Keyword(field, (value,)),), is_case_sensitive=case)


def exact(*values: str, field: str | None = None, case: bool = False) -> WireSearch:
    return WireSearch((Keyword(field, values, "exact"),), is_case_sensitive=case)


FINDS = [
    (WireSearch(), ["Ada", "adam", "bob", "cyd"]),
    (WireSearch(joint="and", is_case_sensitive=True), ["Ada", "adam", "bob", "cyd"]),
    (like("%"), ["Ada", "adam", "bob", "cyd"]),
    (like("ada%"), ["Ada", "adam", "bob"]),
    (like("ADA%"), ["Ada", "adam", "bob"]),
    (like("ADA%", case=True), []),
    (like("Ada%", case=True), ["Ada"]),
    (like("ada"), ["Ada"]),
    (like("%@example.___", "primaryEmail"), ["Ada", "adam", "bob"]),
    (like("ada%", "username"), ["Ada", "adam"]),
    (like("___", "username"), ["Ada", "bob", "cyd"]),
    (like("4930%", "primaryPhone"), ["Ada", "bob"]),
    (like("%lovelace", "name"), ["Ada"]),
    (like("Ä%", "name"), ["adam"]),
    (like("ä%", "name", case=True), []),
    (like("%[smith] *?", "name"), ["adam"]),
    (like("%[Smith]%*_", "name", case=True), ["adam"]),
    (like("[a-z]%", "name"), []),
    (like("%\\%%"), ["bob"]),
    (like("%\\%%", case=True), ["bob"]),
    (like("%\\_x!", "name"), ["bob"]),
    (like("%x!", "name", case=True), ["bob"]),
    (like("%!%", "name"), ["bob"]),
    (like("%\\\\slash"), ["cyd"]),
    (like("%\\\\slash", case=True), ["cyd"]),
    (like("o'%"), ["cyd"]),
    (like("' OR 1=1 --"), []),
    (like('%"%'), []),
    (like("\\a\\d\\a"), ["Ada"]),
    (exact("ada"), ["Ada"]),
    (exact("ada", case=True), []),
    (exact("Ada", "bob", "%", case=True), ["Ada", "bob"]),
    (exact("ada", "CYD", field="username"), ["Ada", "cyd"]),
    (exact("ada@example.com", field="username"), []),
    (exact("ADA@EXAMPLE.COM", field="primaryEmail"), ["Ada"]),
    (exact("%"), []),
]


async def test_a_search_finds(server: Server) -> None:
    await everybody(server, PEOPLE)
    for wanted, names in FINDS:
        assert await found(server, wanted) == names, wanted
        assert await found(server, wanted, "admin") == [], wanted


@pytest.mark.parametrize(("joint", "names"), [("or", ["Ada", "adam", "bob"]), ("and", ["Ada"])])
async def test_keywords_are_joined(server: Server, joint: Literal["or", "and"], names: list[str]) -> None:
    await everybody(server, PEOPLE)
    keywords = (Keyword(None, ("ada%",)), Keyword("primaryPhone", ("49301234567", "1"), "exact"))
    assert await found(server, WireSearch(keywords, joint)) == names


async def test_an_id_is_found(server: Server) -> None:
    user = (await everybody(server, PEOPLE))[1]
    for wanted in (
        exact(user.id),
        exact(user.id, field="id"),
        like(f"{user.id[:-1]}_", "id"),
        like(user.id, case=True),
    ):
        assert await found(server, wanted) == ["adam"]


async def test_some_of_what_is_found(server: Server) -> None:
    made = await everybody(server, PEOPLE)
    async with server.runtime.database.scan("default") as reader:
        some = await search.listed(reader, WireSearch(), 1, 2)
        assert some == [made[2], made[1]]
        assert await search.listed(reader, WireSearch(), 10**9, 2) == []


@pytest.mark.parametrize("value", ["", "a\0", "\ud800", "a\n", "a\\", "\\\\\\"])
async def test_a_keyword_that_no_name_can_fit_is_refused(server: Server, value: str) -> None:
    for case in (False, True):
        with pytest.raises(SearchInvalid) as refused:
            await found(server, like(value, case=case))
        assert (refused.value.code, refused.value.status) == ("request.invalid_input", 400)


async def test_patterns_have_one_value(server: Server) -> None:
    with pytest.raises(SearchInvalid):
        await found(server, WireSearch((Keyword("name", ("a", "b")),)))
