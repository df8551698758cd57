"""Proof by username and password: counted before it is checked, told whatever comes of it, the same for all names."""

import pytest
from msgspec.structs import replace

from narthex.access import Actor, ActorKind, system_actor
from narthex.credentials import attempts
from narthex.credentials import service as credentials
from narthex.credentials.attempts import Limit
from narthex.users import making
from narthex.users import service as users
from narthex.users.schemas import NewUser
from narthex.verifications.password import (
    AccountSuspended,
    InvalidCredentials,
    Locked,
    PasswordProof,
    ProvedUser,
    settle,
    verify,
)
from tests.fixtures.server import Server
from tests.fixtures.traces import AuditRow, events, rows, watched_hashes

KEY = "Interaction.SignIn.Verification.Password.Submit"
RIGHT, WRONG = "correct-Horse-42", "wrong-Horse-43"
LIMIT = Limit(3, 60_000)
ACTOR = Actor(ActorKind.VISITOR, "default", ip="203.0.113.1", user_agent="a browser", request_id="r1")
PROOF = PasswordProof("ada", RIGHT, "", "an-interaction", "an-application")


@pytest.fixture
async def ada(server: Server) -> str:
    """The id of ada, who has a password."""
    hashed = await credentials.hashed(server.runtime, RIGHT)
    async with server.runtime.database.write("default") as tx:
        user = await making.create(tx, system_actor("default"), NewUser("ada"))
        await credentials.put(tx, user.id, hashed)
    return user.id


async def proved(server: Server, proof: PasswordProof = PROOF) -> ProvedUser:
    return await verify(server.runtime, ACTOR, proof, LIMIT)


async def told(server: Server) -> list[AuditRow]:
    return await events(server.runtime, KEY)


async def test_the_right_password_proves_its_user(server: Server, ada: str) -> None:
    for name in ("ada", "ADA", " ａda "):
        assert await proved(server, replace(PROOF, username=name)) == ProvedUser(ada, "ada")
    assert await told(server) == [], "a success is told in the transaction that uses it"


async def test_a_composed_password_is_the_same_password(server: Server, ada: str) -> None:
    assert await proved(server, replace(PROOF, password="ｃorrect-Horse-42")) == ProvedUser(ada, "ada")


async def test_a_wrong_password_is_refused_for_any_name(server: Server, ada: str) -> None:
    for name in ("ada", "bob", "", "x" * 300, "ünknown"):
        with watched_hashes(server) as hashes, pytest.raises(InvalidCredentials) as refused:
            await proved(server, replace(PROOF, username=name, password=WRONG))
        assert hashes == ["verify_password"]
        assert (refused.value.code, refused.value.status) == ("session.invalid_credentials", 422)


async def test_a_failure_is_told(server: Server, ada: str) -> None:
    for name in ("ada", "bob"):
        with pytest.raises(InvalidCredentials):
            await proved(server, replace(PROOF, username=name, password=WRONG))
        server.clock.advance(milliseconds=1)
    known, unknown = await told(server)
    assert known.payload == {
        "key": KEY,
        "result": "Error",
        "ip": "203.0.113.1",
        "userAgent": "a browser",
        "requestId": "r1",
        "userId": ada,
        "applicationId": "an-application",
        "interactionId": "an-interaction",
        "error": "invalid_credentials",
        "params": {"identifier": "ada"},
    }
    assert (known.user_id, unknown.user_id) == (ada, None)
    assert unknown.payload["params"] == {"identifier": "bob"}
    assert WRONG not in str([row.payload for row in (known, unknown)])


async def test_after_the_limit_nothing_is_checked(server: Server, ada: str) -> None:
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            await proved(server, replace(PROOF, password=WRONG))
    with watched_hashes(server) as hashes, pytest.raises(Locked) as refused:
        await proved(server)
    assert hashes == []
    assert (refused.value.code, refused.value.status) == ("session.verification_blocked_too_many_attempts", 429)
    assert (refused.value.values, dict(refused.value.headers)) == ({"minutes": 1}, {b"retry-after": b"60"})
    assert [row.payload["error"] for row in await told(server)].count("locked") == 1


async def test_an_attempt_counts_even_when_its_check_fails(server: Server, ada: str) -> None:
    async def broken(*_: object) -> bool:
        raise RuntimeError("the pool is gone")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(credentials, "matches", broken)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await proved(server)
    with pytest.raises(Locked):
        await proved(server)


async def test_a_suspended_user_is_told_so_only_with_the_right_password(server: Server, ada: str) -> None:
    async with server.runtime.database.write("default") as tx:
        await users.set_suspended(tx, system_actor("default"), ada, True)
    with pytest.raises(InvalidCredentials):
        await proved(server, replace(PROOF, password=WRONG))
    with pytest.raises(AccountSuspended) as refused:
        await proved(server)
    assert (refused.value.code, refused.value.status) == ("user.suspended", 403)
    assert sorted(row.payload["error"] for row in await told(server)) == ["invalid_credentials", "suspended"]


async def test_odd_passwords_are_only_wrong(server: Server, ada: str) -> None:
    for password in ("", "x" * 5000, RIGHT + "x" * 5000, "\x01", "ﷺ" * 4096):
        with pytest.raises(InvalidCredentials):
            await verify(server.runtime, ACTOR, replace(PROOF, password=password), Limit(100, 1))


async def settled(server: Server, proof: PasswordProof, user: ProvedUser) -> None:
    async with server.runtime.database.write("default") as tx:
        await settle(tx, ACTOR, proof, user)


async def test_a_success_is_told_and_starts_the_count_anew(server: Server, ada: str) -> None:
    for _ in range(2):
        with pytest.raises(InvalidCredentials):
            await proved(server, replace(PROOF, password=WRONG))
    server.clock.advance(milliseconds=1)
    await settled(server, PROOF, await proved(server))
    assert await rows(server, "attempts") == []
    last = (await told(server))[-1]
    assert (last.result, last.user_id, last.payload.get("error")) == ("Success", ada, None)


async def test_a_success_that_is_not_settled_still_counts(server: Server, ada: str) -> None:
    for _ in range(3):
        await proved(server)
    with pytest.raises(Locked):
        await proved(server)


async def test_a_known_browser_has_a_counter_of_its_own(server: Server, ada: str) -> None:
    async with server.runtime.database.write("default") as tx:
        await attempts.remember_browser(tx, "device", "ada")
    at_home = replace(PROOF, browser="device")
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            await proved(server, replace(PROOF, password=WRONG))
    assert await proved(server, at_home) == ProvedUser(ada, "ada")
    with pytest.raises(Locked):
        await proved(server, replace(PROOF, browser="another"))
    await settled(server, at_home, ProvedUser(ada, "ada"))
    with pytest.raises(Locked):
        await proved(server)


async def test_a_name_of_another_tenant_proves_nothing(server: Server, ada: str) -> None:
    elsewhere = Actor(ActorKind.VISITOR, "admin")
    with pytest.raises(InvalidCredentials):
        await verify(server.runtime, elsewhere, PROOF, LIMIT)
    assert await told(server) == []
    assert len(await events(server.runtime, KEY, "admin")) == 1


async def test_a_long_name_is_told_shortened(server: Server) -> None:
    with pytest.raises(InvalidCredentials):
        await proved(server, replace(PROOF, username="x" * 256))
    (row,) = await told(server)
    assert row.payload["params"] == {"identifier": "x" * 128}
