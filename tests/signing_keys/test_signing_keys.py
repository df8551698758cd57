"""Signing keys: which one signs when, what is published, and who may change that."""

import asyncio

import pytest

from narthex.access import Actor, ActorKind, NotPermitted, system_actor
from narthex.kit.encryption import SealBroken
from narthex.kit.jose import InvalidToken
from narthex.signing_keys import service as signing_keys
from narthex.signing_keys.schemas import KeyRing, Rotation
from narthex.signing_keys.service import KEPT_AFTER_SIGNING, PUBLISHED_BEFORE_SIGNING, RotationPending
from tests.fixtures.server import Server
from tests.fixtures.traces import rows

SYSTEM = system_actor("default")


async def rotate(server: Server, algorithm: str = "ES256", actor: Actor = SYSTEM) -> Rotation:
    async with server.runtime.database.write("default") as tx:
        return await signing_keys.rotate(tx, actor, server.runtime, algorithm)


async def ring(server: Server) -> KeyRing:
    return await signing_keys.key_ring(server.runtime, "default")


async def signer(server: Server) -> str:
    return (await ring(server)).signer(server.clock.now()).kid


async def statuses(server: Server) -> list[str]:
    return sorted(one.status for one in await signing_keys.summaries(server.runtime, "default"))


async def test_a_tenant_begins_with_one_that_signs_and_one_that_is_next(server: Server) -> None:
    assert await statuses(server) == ["Current", "Next"]
    (current,) = [one for one in await signing_keys.summaries(server.runtime, "default") if one.status == "Current"]
    assert await signer(server) == current.id


async def test_the_next_key_takes_over_after_it_was_published_for_an_hour(server: Server) -> None:
    before = await signer(server)
    rotation = await rotate(server)
    assert rotation.signs_from == server.clock.now() + PUBLISHED_BEFORE_SIGNING
    server.clock.advance(milliseconds=PUBLISHED_BEFORE_SIGNING - 1)
    assert await signer(server) == before
    server.clock.advance(milliseconds=1)
    assert await signer(server) == rotation.key_id != before
    assert await statuses(server) == ["Current", "Next", "Previous"]


async def test_one_that_was_published_long_ago_takes_over_at_once(server: Server) -> None:
    server.clock.advance(days=1)
    rotation = await rotate(server)
    assert rotation.signs_from == server.clock.now()
    assert await signer(server) == rotation.key_id


async def test_a_second_rotation_waits_for_the_first(server: Server) -> None:
    first = await rotate(server)
    with pytest.raises(RotationPending) as refused:
        await rotate(server)
    assert refused.value.status == 422
    assert first.key_id in refused.value.text
    assert len(await rows(server, "signing_keys")) == 3
    server.clock.advance(milliseconds=PUBLISHED_BEFORE_SIGNING)
    await rotate(server)


async def test_of_rotations_at_once_one_is_done(server: Server) -> None:
    # Connections first, so that they do meet.
    await asyncio.gather(*(signing_keys.summaries(server.runtime, "default") for _ in range(8)))
    answers = await asyncio.gather(*(rotate(server) for _ in range(4)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(Rotation) == 1
    assert [type(answer) for answer in answers].count(RotationPending) == 3
    assert len(await rows(server, "signing_keys")) == 3, "one signs, one is about to, one is next"


async def test_another_algorithm_gets_a_key_of_its_own(server: Server) -> None:
    server.clock.advance(days=1)
    rotation = await rotate(server, "ES384")
    assert rotation.signs_from == server.clock.now() + PUBLISHED_BEFORE_SIGNING
    server.clock.advance(milliseconds=PUBLISHED_BEFORE_SIGNING)
    chosen = (await ring(server)).signer(server.clock.now())
    assert (chosen.kid, (await ring(server)).algorithms) == (rotation.key_id, ["ES384", "ES256"])


async def test_what_an_old_key_signed_stays_good_until_nothing_of_it_can_live(server: Server) -> None:
    old = (await ring(server)).signer(server.clock.now())
    token = old.sign({"sub": "ada"})
    await rotate(server)
    server.clock.advance(milliseconds=PUBLISHED_BEFORE_SIGNING + KEPT_AFTER_SIGNING)
    await rotate(server)
    assert (await ring(server)).verifier.verify(token) == {"sub": "ada"}
    server.clock.advance(milliseconds=1)
    await rotate(server)
    with pytest.raises(InvalidToken):
        (await ring(server)).verifier.verify(token)


async def test_a_rotation_needs_the_right_to(server: Server) -> None:
    with pytest.raises(NotPermitted):
        await rotate(server, actor=Actor(ActorKind.USER, "default", "ada"))
    assert await statuses(server) == ["Current", "Next"]


async def test_an_unknown_algorithm_changes_nothing(server: Server) -> None:
    for algorithm in ("none", "HS256", "", "RS1"):
        with pytest.raises((ValueError, KeyError)):
            await rotate(server, algorithm)
    assert await statuses(server) == ["Current", "Next"]


async def test_tenants_sign_with_keys_of_their_own(server: Server) -> None:
    token = (await ring(server)).signer(server.clock.now()).sign({"sub": "ada"})
    other = await signing_keys.key_ring(server.runtime, "admin")
    with pytest.raises(InvalidToken):
        other.verifier.verify(token)
    with pytest.raises(LookupError):
        await signing_keys.key_ring(server.runtime, "nobody")


async def test_a_key_that_was_moved_to_another_tenant_does_not_open(server: Server) -> None:
    (row, _) = await rows(server, "signing_keys", "admin")
    async with server.runtime.database.write("default") as tx:
        moved = {name: value for name, value in row.items() if name not in {"tenant_id", "public_jwk"}}
        await tx.run(signing_keys.INSERT, **moved | {"public_jwk": {}, "signs_from": 1})
    server.runtime.cache.advance("default", 1_000_000)
    with pytest.raises(SealBroken):
        await ring(server)


async def test_what_is_shown_of_a_key_is_no_secret(server: Server) -> None:
    shown = str(await signing_keys.summaries(server.runtime, "default")) + (await ring(server)).jwks.decode()
    assert '"d"' not in shown
    assert "v1." not in shown
    assert "PRIVATE" not in shown
