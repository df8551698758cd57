"""Making users with all that they may have: what is kept, what is refused, what is told."""

from typing import Any

import pytest

from narthex.access import NotPermitted
from narthex.kit.errors import InvalidInput, Refusal
from narthex.users import making, queries, service
from narthex.users.schemas import NewUser
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows
from tests.users.people import made
from tests.users.test_users import NOBODY

ADA = NewUser(
    "ada",
    " Ada@Example.COM ",
    "+49 (30) 123-45.67",
    " Ada Lovelace ",
    "https://example.com/ada.png",
    {"givenName": "Ada", "address": {"locality": "London"}},
    {"plan": {"name": "gold"}, "tags": [1, None, True]},
    "an-app",
)


async def test_a_user_has_all_that_was_given(server: Server) -> None:
    user = await made(server, ADA)
    async with server.runtime.database.read("default") as reader:
        assert await queries.get(reader, user.id) == user
    assert (user.username, user.primary_email, user.primary_phone) == ("ada", "ada@example.com", "49301234567")
    assert (user.name, user.avatar, user.application_id) == ("Ada Lovelace", ADA.avatar, "an-app")
    assert (user.profile, user.custom_data) == (ADA.profile, ADA.custom_data)
    (event,) = await events(server.runtime, "User.Create")
    assert (event.user_id, event.application_id) == (user.id, "an-app")
    assert "ada@example.com" not in str(event.payload)


@pytest.mark.parametrize(
    "new", [NewUser("ada"), NewUser(primary_email="ada@example.com"), NewUser(primary_phone="49301234567"), NewUser()]
)
async def test_no_field_is_required(server: Server, new: NewUser) -> None:
    user = await made(server, new)
    assert (user.username, user.primary_email, user.primary_phone) == (
        new.username,
        new.primary_email,
        new.primary_phone,
    )


async def test_a_user_is_found_by_address_and_number_however_they_are_typed(server: Server) -> None:
    user = await made(server, ADA)
    async with server.runtime.database.read("default") as reader:
        for typed in ("ada@example.com", "ADA@EXAMPLE.com ", "ａda@example.com"):
            assert await service.find_by_email(reader, typed) == user
        for typed in ("49301234567", "+49 30 1234567", "４9301234567"):
            assert await service.find_by_phone(reader, typed) == user
        for nothing in ("", "a", "%", "a\0da@example.com", "x" * 5000):
            assert await service.find_by_phone(reader, nothing) is None
    async with server.runtime.database.read("admin") as reader:
        assert await service.find_by_email(reader, "ada@example.com") is None
        assert await service.find_by_phone(reader, "49301234567") is None


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (NewUser("ADA"), "user.username_already_in_use"),
        (NewUser("bob", "ADA@example.com"), "user.email_already_in_use"),
        (NewUser("bob", primary_phone="+49 30 1234567"), "user.phone_already_in_use"),
    ],
)
async def test_an_identifier_is_had_once_in_a_tenant(server: Server, second: NewUser, code: str) -> None:
    await made(server, ADA)
    with pytest.raises(Refusal) as refused:
        await made(server, second)
    assert (refused.value.status, refused.value.code) == (422, code)
    assert len(await rows(server, "users")) == len(await events(server.runtime, "User.Create")) == 1
    await made(server, ADA, "admin")


async def test_many_users_have_no_address_and_no_number(server: Server) -> None:
    for name in ("ada", "bob", "cyd"):
        await made(server, NewUser(name))
    assert len(await rows(server, "users")) == 3


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


WRONG: list[tuple[NewUser, str]] = [
    *(
        (NewUser(primary_email=wrong), "primaryEmail")
        for wrong in (
            "",
            "ada",
            "@",
            "a@b",
            "a@b.",
            "a@.b",
            "a b@c.de",
            "a@b@c.de",
            "a@c.de\n",
            "a@c.de\0",
            "<a@c.de>",
            "a,b@c.de",
            "a@c.de\u200b",
            "a@c.de?bcc=x, y",
            f"{'a' * 65}@c.de",
            f"a@{'b' * 128}.de",
            '"a"@c.de',
            "a%0a@c.de",
        )
        if wrong.strip() != "a@c.de"
    ),
    *(
        (NewUser(primary_phone=wrong), "primaryPhone")
        for wrong in (
            "",
            "123456",
            "1" * 16,
            "0301234567",
            "+49301234x67",
            "++49301234567",
            "49301234567\0",
            "phone",
            "-1234567%",
        )
    ),
    (NewUser(name="x" * 129), "name"),
    (NewUser(name="a\0b"), "name"),
    (NewUser(name="a\ud800"), "name"),
    *(
        (NewUser(avatar=wrong), "avatar")
        for wrong in (
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "//example.com/x",
            "https://a b",
            f"https://{'a' * 2048}",
            "https://a\0",
            "x",
        )
    ),
    (NewUser(profile={"nickName": "x"}), "profile.nickName"),
    (NewUser(profile={"givenName": 1}), "profile.givenName"),
    (NewUser(profile={"address": "London"}), "profile.address"),
    (NewUser(profile={"address": {"planet": "Earth"}}), "profile.address"),
    (NewUser(profile={"address": {"country": 1}}), "profile.address"),
    (NewUser(profile={"givenName": "a\0"}), "profile"),
    (NewUser(custom_data={"a": "x" * 65_536}), "customData"),
    (NewUser(custom_data={"a": "\0"}), "customData"),
    (NewUser(custom_data={"a": "\ud800"}), "customData"),
    (NewUser(custom_data=nested(33)), "customData"),
    (NewUser(custom_data=[]), "customData"),  # type: ignore[arg-type]
]


async def test_what_cannot_be_kept_is_refused_by_the_name_of_its_field(server: Server) -> None:
    for new, field in WRONG:
        with pytest.raises(InvalidInput) as refused:
            await made(server, new)
        assert (refused.value.data, refused.value.status) == ({"field": field}, 400), new
    assert await rows(server, "users") == []


async def test_what_is_odd_but_may_be_is_kept(server: Server) -> None:
    odd = {"<b>": "'\"\\ %_ \u2028 🔑", "a": nested(31)}
    user = await made(
        server, NewUser(name='O\'Neil \\ %_ "🔑"', custom_data=odd, primary_email="a+b.c'd@müller.example")
    )
    async with server.runtime.database.read("default") as reader:
        assert await queries.get(reader, user.id) == user
    assert (user.custom_data, user.primary_email) == (odd, "a+b.c'd@müller.example")


async def test_who_may_not_register_makes_nobody(server: Server) -> None:
    with pytest.raises(NotPermitted):
        async with server.runtime.database.write("default") as tx:
            await making.create(tx, NOBODY, ADA)
    assert await rows(server, "users") == []
