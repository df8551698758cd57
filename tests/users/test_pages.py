"""Lists of users: the newest first, page by page in both directions, found by what their names begin with."""

import pytest

from narthex.kit.cursors import Cursor
from narthex.kit.errors import EntityNotFound, InvalidInput
from narthex.kit.pagination import Page
from narthex.users import queries
from narthex.users import service as users
from narthex.users.schemas import NewUser, UserFilter, UserSummary
from tests.fixtures.server import Server
from tests.users.people import SYSTEM, everybody, made

PEOPLE = [
    NewUser("ada", "ada@example.com", "49301234567", "Ada Lovelace"),
    NewUser("adam", "first@example.com", None, "Ädam Smith"),
    NewUser("bob", "adrian@example.org", "4930999999", "Bob % Odd"),
    NewUser("cyd", None, None, 'O\'Neil "Q" back\\slash'),
    NewUser("under_score", None, "15550100200", "Straße"),
]
FINDS = [
    ("ada", ["adam", "ada"]),
    (" ADA ", ["adam", "ada"]),
    ("ad", ["bob", "adam", "ada"]),
    ("ada l", ["ada"]),
    ("ädam", ["adam"]),
    ("A\u0308DAM", ["adam"]),
    ("adrian@", ["bob"]),
    ("ADRIAN@example.org", ["bob"]),
    ("lovelace", []),
    ("+49 30", ["bob", "ada"]),
    ("4930(9", ["bob"]),
    ("1", ["under_score"]),
    ("bob %", ["bob"]),
    ("%", []),
    ("_", []),
    ("under_s", ["under_score"]),
    ("under%s", []),
    ("underXs", []),
    ('o\'neil "q" BACK\\', ["cyd"]),
    ("o'neil%", []),
    ("'", []),
    ("' OR 1=1 --", []),
    ("\\", []),
    ("STRASSE", ["under_score"]),
    ("a\0", []),
    ("\0", []),
    ("\ud800", []),
    ("\U0010ffff", []),
    ("ada\U0010ffff", []),
    ("x" * 5000, []),
    ("🔑", []),
]


async def page(
    server: Server, filter: UserFilter, size: int = 20, tenant_id: str = "default", **cursor: str | None
) -> Page[UserSummary]:
    async with server.runtime.database.scan(tenant_id) as reader:
        return await queries.page(reader, filter, size=size, **cursor)


async def found(server: Server, typed: str, tenant_id: str = "default") -> list[str | None]:
    return [user.username for user in (await page(server, UserFilter(typed), tenant_id=tenant_id)).items]


@pytest.fixture(params=["few", "many"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A prefix that finds few users is looked up in another way than one that finds many."""
    if request.param == "many":
        monkeypatch.setattr(queries, "FEW", -1)
    return str(request.param)


async def test_the_newest_come_first(server: Server) -> None:
    made_users = await everybody(server, PEOPLE)
    listed = (await page(server, UserFilter())).items
    assert [user.id for user in listed] == [user.id for user in reversed(made_users)]
    first, last = listed[-1], made_users[0]
    assert all(getattr(first, name) == getattr(last, name) for name in UserSummary.__struct_fields__)
    assert first.display_name == "Ada Lovelace"


@pytest.mark.usefixtures("how")
async def test_what_is_typed_finds_whose_names_begin_with_it(server: Server) -> None:
    await everybody(server, PEOPLE)
    await everybody(server, PEOPLE, "admin")
    for typed, names in FINDS:
        assert await found(server, typed) == names, typed
        assert await found(server, typed, "admin") == names, typed


@pytest.mark.usefixtures("how")
async def test_an_id_finds_its_user_and_a_part_of_it_does_not(server: Server) -> None:
    user = (await everybody(server, PEOPLE))[2]
    assert await found(server, f" {user.id} ") == ["bob"]
    assert await found(server, user.id, "admin") == []
    assert "bob" not in await found(server, user.id[:-1])


async def test_nothing_typed_finds_everybody(server: Server) -> None:
    await everybody(server, PEOPLE)
    for nothing in ("", " ", "\t\n"):
        assert len(await found(server, nothing)) == 5


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("typed", ["", "pat"])
async def test_pages_follow_each_other_in_both_directions(server: Server, typed: str) -> None:
    made_users = []
    for number in range(7):
        made_users.append(await made(server, NewUser(f"pat_{number}")))
        if number % 3 == 0:  # several users of one moment
            server.clock.advance(seconds=1)
    ids = [user.id for user in sorted(made_users, key=lambda user: (user.created_at, user.id), reverse=True)]
    first = await page(server, UserFilter(typed), 3)
    second = await page(server, UserFilter(typed), 3, after=first.items[-1].cursor)
    third = await page(server, UserFilter(typed), 3, after=second.items[-1].cursor)
    assert [user.id for one in (first, second, third) for user in one.items] == ids
    assert [one.has_more for one in (first, second, third)] == [True, True, False]
    back = await page(server, UserFilter(typed), 3, before=third.items[0].cursor)
    assert (back.items, back.has_more) == (second.items, True)
    back = await page(server, UserFilter(typed), 3, before=second.items[0].cursor)
    assert (back.items, back.has_more) == (first.items, False)
    assert (await page(server, UserFilter(typed), 3, before=first.items[0].cursor)).items == ()
    assert (await page(server, UserFilter(typed), 3, after=third.items[-1].cursor)).items == ()
    assert (await page(server, UserFilter(typed), 3, "admin", after=first.items[-1].cursor)).items == ()


async def test_a_page_goes_on_where_its_last_user_was_deleted(server: Server) -> None:
    made_users = await everybody(server, PEOPLE)
    first = await page(server, UserFilter(), 2)
    async with server.runtime.database.write("default") as tx:
        await users.delete(tx, SYSTEM, first.items[-1].id)
    rest = await page(server, UserFilter(), 5, after=first.items[-1].cursor)
    assert [user.id for user in rest.items] == [user.id for user in reversed(made_users[:3])]


@pytest.mark.parametrize(
    "wrong", ["", "x", "!", "é", "A" * 500, Cursor(1, "").text, Cursor(-1, "a").text, Cursor(2**63, "a").text,
              Cursor(1, "a'b").text, "\0", "MTIzLmE=\n"]
)  # fmt: skip
async def test_a_cursor_of_nobody_is_refused(server: Server, wrong: str) -> None:
    for after, before in ((wrong, None), (None, wrong)):
        with pytest.raises(InvalidInput) as refused:
            await page(server, UserFilter(), after=after, before=before)
        assert refused.value.data == {"field": "cursor"}
    with pytest.raises(InvalidInput):
        await page(server, UserFilter(), after=Cursor(1, "a").text, before=Cursor(1, "a").text)


@pytest.mark.usefixtures("how")
@pytest.mark.parametrize("typed", ["", "ada"])
async def test_the_suspended_and_the_others(server: Server, typed: str) -> None:
    ada = (await everybody(server, PEOPLE))[0]
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, SYSTEM, ada.id, True)
    suspended = await page(server, UserFilter(typed, suspended=True))
    assert [(user.username, user.is_suspended) for user in suspended.items] == [("ada", True)]
    others = await page(server, UserFilter(typed, suspended=False))
    assert "ada" not in [user.username for user in others.items]
    assert "adam" in [user.username for user in others.items]
    assert "ada" in [user.username for user in (await page(server, UserFilter(typed))).items]


async def test_users_by_their_ids(server: Server) -> None:
    ada, adam, *_ = await everybody(server, PEOPLE)
    async with server.runtime.database.read("default") as reader:
        assert set(await queries.by_ids(reader, [ada.id, adam.id, "nobody", "%"])) == {ada.id, adam.id}
        assert await queries.by_ids(reader, []) == {}
        assert (await queries.by_ids(reader, {ada.id}))[ada.id].display_name == "Ada Lovelace"
    async with server.runtime.database.read("admin") as reader:
        assert await queries.by_ids(reader, [ada.id]) == {}
        with pytest.raises(EntityNotFound) as refused:
            await queries.get(reader, ada.id)
    assert (refused.value.status, refused.value.data) == (404, {"kind": "user", "id": ada.id})
