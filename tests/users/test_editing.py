"""Changing users: what is left out stays, what is taken is refused, what changed is told by name only."""

import asyncio
from typing import Any

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, Permission
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.users import editing, queries
from narthex.users import service as users
from narthex.users.schemas import NewUser, User, UserChange
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows
from tests.users.people import SYSTEM, made

OPERATOR = Actor(ActorKind.OPERATOR, "default", "op", permissions=frozenset({Permission.MANAGE}), ip="203.0.113.9")
REGISTRAR = Actor(ActorKind.VISITOR, "default", permissions=frozenset({Permission.REGISTER}))
ADA = NewUser(
    "ada", "ada@example.com", "49301234567", "Ada", profile={"givenName": "Ada", "address": {"locality": "London"}}
)


async def changed(server: Server, user_id: str, change: UserChange, actor: Actor = OPERATOR) -> User:
    async with server.runtime.database.write("default") as tx:
        return await editing.update(tx, actor, user_id, change)


async def test_what_is_left_out_stays(server: Server) -> None:
    user = await made(server, ADA)
    server.clock.advance(seconds=1)
    after = await changed(server, user.id, UserChange(name="Augusta"))
    assert after.name == "Augusta"
    assert after.updated_at == user.updated_at + 1000
    async with server.runtime.database.read("default") as reader:
        assert await queries.get(reader, user.id) == after
    (event,) = await events(server.runtime, "User.Update")
    assert (event.user_id, event.payload["fields"], event.payload["ip"]) == (user.id, ["name"], "203.0.113.9")


async def test_everything_can_be_changed_and_emptied(server: Server) -> None:
    user = await made(server, ADA)
    change = UserChange(
        "Bob", "BOB@example.com", "+1 555 0100 200", "Bob", "https://e.com/b.png", {"gender": "m"}, {"a": 1}
    )
    after = await changed(server, user.id, change)
    assert (after.username, after.primary_email, after.primary_phone) == ("Bob", "bob@example.com", "15550100200")
    assert (after.name, after.avatar, after.profile, after.custom_data) == (
        "Bob",
        change.avatar,
        {"gender": "m"},
        {"a": 1},
    )
    (row,) = await rows(server, "users")
    assert (row["username_key"], row["name_key"]) == ("bob", "bob")
    after = await changed(server, user.id, UserChange(None, None, None, None, None, {}, {}))
    assert (after.username, after.primary_email, after.primary_phone, after.name, after.avatar) == (None,) * 5
    (row,) = await rows(server, "users")
    assert (row["username_key"], row["name_key"]) == (None, None)
    await made(server, ADA)


async def test_a_change_that_changes_nothing_is_none(server: Server) -> None:
    user = await made(server, ADA)
    server.clock.advance(seconds=1)
    assert await changed(server, user.id, UserChange(username="ada", primary_email=" ADA@example.com")) == user
    assert await changed(server, user.id, UserChange()) == user
    assert await events(server.runtime, "User.Update") == []


async def test_the_case_of_a_username_may_change(server: Server) -> None:
    user = await made(server, ADA)
    assert (await changed(server, user.id, UserChange(username="ADA"))).username == "ADA"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (UserChange(username="ADA"), "user.username_already_in_use"),
        (UserChange(primary_email="Ada@Example.com"), "user.email_already_in_use"),
        (UserChange(primary_phone="+49 30 1234567"), "user.phone_already_in_use"),
    ],
)
async def test_what_another_user_has_is_refused(server: Server, change: UserChange, code: str) -> None:
    await made(server, ADA)
    bob = await made(server, NewUser("bob"))
    with pytest.raises(Refusal) as refused:
        await changed(server, bob.id, change)
    assert (refused.value.status, refused.value.code) == (422, code)
    async with server.runtime.database.read("default") as reader:
        assert await queries.get(reader, bob.id) == bob
    assert await events(server.runtime, "User.Update") == []


BAD: list[UserChange] = [
    UserChange(username="no good"),
    UserChange(primary_email="no address"),
    UserChange(primary_phone="no number"),
    UserChange(name="x" * 129),
    UserChange(avatar="javascript:alert(1)"),
    UserChange(profile={"unknown": "x"}),
    UserChange(custom_data={"a": "\0"}),
]


@pytest.mark.parametrize("change", BAD)
async def test_bad_values_change_nothing(server: Server, change: UserChange) -> None:
    user = await made(server, ADA)
    with pytest.raises(Refusal) as refused:
        await changed(server, user.id, change)
    assert refused.value.status in (400, 422)
    async with server.runtime.database.read("default") as reader:
        assert await queries.get(reader, user.id) == user


async def test_who_is_not_there_cannot_be_changed(server: Server) -> None:
    await made(server, ADA)
    elsewhere = await made(server, ADA, "admin")
    for user_id in ("nobody", "", "%", "x" * 500, elsewhere.id):
        with pytest.raises(EntityNotFound) as refused:
            await changed(server, user_id, UserChange(name="Eve"))
        assert refused.value.status == 404
    assert {row["name"] for row in await rows(server, "users", "admin")} == {"Ada"}


async def test_changing_needs_the_right_to(server: Server) -> None:
    user = await made(server, ADA)
    with pytest.raises(NotPermitted):
        await changed(server, user.id, UserChange(name="Eve"), REGISTRAR)
    async with server.runtime.database.write("default") as tx:
        for call in (editing.merge_custom_data, editing.merge_profile):
            with pytest.raises(NotPermitted):
                await call(tx, REGISTRAR, user.id, {})


async def test_custom_data_is_merged_or_replaced(server: Server) -> None:
    user = await made(server, NewUser("ada", custom_data={"a": {"x": 1}, "b": 2}))

    async def merged(members: dict[str, Any]) -> dict[str, Any]:
        async with server.runtime.database.write("default") as tx:
            return (await editing.merge_custom_data(tx, OPERATOR, user.id, members)).custom_data

    assert await merged({"a": {"y": 1}, "c": None}) == {"a": {"y": 1}, "b": 2, "c": None}
    assert await merged({}) == {"a": {"y": 1}, "b": 2, "c": None}
    assert (await changed(server, user.id, UserChange(custom_data={"d": 1}))).custom_data == {"d": 1}
    with pytest.raises(InvalidInput):
        await merged({"e": "x" * 70_000})
    assert [event.payload["fields"] for event in await events(server.runtime, "User.Update")] == [["customData"]] * 2


async def test_what_is_merged_stays_small_enough(server: Server) -> None:
    user = await made(server, NewUser("ada", custom_data={"a": "x" * 40_000}))
    with pytest.raises(InvalidInput):
        async with server.runtime.database.write("default") as tx:
            await editing.merge_custom_data(tx, OPERATOR, user.id, {"b": "x" * 40_000})


async def test_the_profile_is_merged_and_its_address_too(server: Server) -> None:
    user = await made(server, ADA)
    async with server.runtime.database.write("default") as tx:
        members = {"familyName": "L", "address": {"country": "UK"}}
        after = await editing.merge_profile(tx, OPERATOR, user.id, members)
    assert after.profile == {"givenName": "Ada", "familyName": "L", "address": {"locality": "London", "country": "UK"}}


async def test_two_who_merge_at_once_lose_nothing(server: Server) -> None:
    user = await made(server, ADA)

    async def merge(name: str) -> None:
        async with server.runtime.database.write("default") as tx:
            await editing.merge_custom_data(tx, OPERATOR, user.id, {name: 1})

    await asyncio.gather(*(merge(f"m{number}") for number in range(8)))
    async with server.runtime.database.read("default") as reader:
        assert (await queries.get(reader, user.id)).custom_data == {f"m{number}": 1 for number in range(8)}


async def test_a_user_is_deleted_and_the_name_is_free_again(server: Server) -> None:
    user, other = await made(server, ADA), await made(server, ADA, "admin")
    async with server.runtime.database.write("default") as tx:
        await users.delete(tx, OPERATOR, user.id)
    assert await rows(server, "users") == []
    (event,) = await events(server.runtime, "User.Delete")
    assert (event.user_id, event.result) == (user.id, "Success")
    for gone in (user.id, other.id, "%", ""):
        with pytest.raises(EntityNotFound):
            async with server.runtime.database.write("default") as tx:
                await users.delete(tx, OPERATOR, gone)
    assert len(await rows(server, "users", "admin")) == 1
    await made(server, ADA)


async def test_deleting_and_signing_out_need_the_right_to(server: Server) -> None:
    user = await made(server, ADA)
    for call in (users.delete, users.sign_out_everywhere):
        with pytest.raises(NotPermitted):
            async with server.runtime.database.write("default") as tx:
                await call(tx, REGISTRAR, user.id)
    assert len(await rows(server, "users")) == 1


async def test_signing_out_everywhere_is_told(server: Server) -> None:
    user = await made(server, ADA)
    server.clock.advance(seconds=1)
    async with server.runtime.database.write("default") as tx:
        await users.sign_out_everywhere(tx, SYSTEM, user.id)
    (row,) = await rows(server, "users")
    assert row["valid_after"] == user.created_at + 1000
    assert [event.user_id for event in await events(server.runtime, "User.SignOutEverywhere")] == [user.id]
    with pytest.raises(EntityNotFound):
        async with server.runtime.database.write("default") as tx:
            await users.sign_out_everywhere(tx, SYSTEM, "nobody")
