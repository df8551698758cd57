"""Consents: what a person allowed an application, for how much of a request it holds, and how it is taken back."""

import pytest

from narthex.access import system_actor
from narthex.consents import service as consents
from narthex.consents.service import Consent
from narthex.kit.database import ForeignKeyViolation
from narthex.users import making
from narthex.users.schemas import NewUser
from tests.fixtures.server import Server
from tests.fixtures.traces import events, rows

SYSTEM = system_actor("default")
API = "https://api.example"
GIVEN = Consent(("openid", "profile"), {API: ("read",)})


@pytest.mark.parametrize(
    ("scopes", "resources", "expected"),
    [
        ((), (), True),
        (("openid",), (), True),
        (("profile", "openid"), (API,), True),
        (("openid", "read"), (API,), True),
        (("openid", "email"), (), False),
        (("openid",), ("https://other.example",), False),
        (("openid", "write"), (API,), False),
    ],
)
def test_it_covers_what_was_allowed_and_no_more(
    scopes: tuple[str, ...], resources: tuple[str, ...], expected: bool
) -> None:
    assert GIVEN.covers(scopes, resources) is expected


async def ada(server: Server) -> tuple[str, str]:
    """The ids of a user and an application."""
    application = await server.application(is_third_party=True)
    async with server.runtime.database.write("default") as tx:
        return (await making.create(tx, SYSTEM, NewUser("ada"))).id, application.application_id


async def give(server: Server, user_id: str, application_id: str, consent: Consent = GIVEN) -> None:
    async with server.runtime.database.write("default") as tx:
        await consents.give(tx, SYSTEM, user_id, application_id, consent)


async def found(server: Server, user_id: str, application_id: str) -> Consent | None:
    async with server.runtime.database.read("default") as reader:
        return await consents.find(reader, user_id, application_id)


async def test_it_is_found_as_it_was_given(server: Server) -> None:
    user_id, application_id = await ada(server)
    assert await found(server, user_id, application_id) is None
    await give(server, user_id, application_id)
    assert await found(server, user_id, application_id) == GIVEN
    assert await found(server, user_id, "demo-app") is None
    assert await found(server, "nobody", application_id) is None
    (row,) = await events(server.runtime, "Interaction.Consent.Submit")
    assert (row.user_id, row.application_id, row.payload["params"]) == (
        user_id,
        application_id,
        {"scope": "openid profile"},
    )


async def test_a_new_one_takes_the_place_of_the_old_one(server: Server) -> None:
    user_id, application_id = await ada(server)
    await give(server, user_id, application_id)
    server.clock.advance(seconds=1)
    await give(server, user_id, application_id, Consent(("openid",), {}))
    assert await found(server, user_id, application_id) == Consent(("openid",), {})
    (row,) = await rows(server, "consents")
    assert row["updated_at"] == row["created_at"] + 1000


async def test_it_is_taken_back_once(server: Server) -> None:
    user_id, application_id = await ada(server)
    await give(server, user_id, application_id)

    async def withdraw() -> bool:
        async with server.runtime.database.write("default") as tx:
            return await consents.withdraw(tx, user_id, application_id)

    assert [await withdraw(), await withdraw()] == [True, False]
    assert await found(server, user_id, application_id) is None


async def test_it_needs_a_user_and_an_application(server: Server) -> None:
    user_id, application_id = await ada(server)
    for given in ((user_id, "nobody"), ("nobody", application_id)):
        with pytest.raises(ForeignKeyViolation):
            await give(server, *given)
    assert await rows(server, "consents") == []
    assert await events(server.runtime, "Interaction.Consent.Submit") == []
