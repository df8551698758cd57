"""Reading events: the newest first, in pages and by number, by every condition, each tenant its own."""

import pytest

from narthex.access import Actor, ActorKind, system_actor
from narthex.audit_log import keys, queries
from narthex.audit_log import service as audit_log
from narthex.audit_log.known_keys import KNOWN_KEYS
from narthex.audit_log.schemas import Counted, Event, LogEntry, LogFilter
from narthex.kit.errors import EntityNotFound, InvalidInput
from narthex.kit.pagination import Page
from tests.fixtures.server import Server

ACTOR = Actor(ActorKind.APPLICATION, "default", "an-app", ip="203.0.113.1", user_agent="a client", request_id="r1")
EVENTS = [
    Event("Test.One", user_id="ada", application_id="shop", interaction_id="i1", details={"n": 0}),
    Event("Test.One", "Error", user_id="bob", application_id="shop", interaction_id="i1", error="no", details={"n": 1}),
    Event("Test.Two", user_id="ada", application_id="blog", details={"n": 2}),
    Event("Other", user_id="ada", interaction_id="i2", details={"n": 3}),
    Event("Test.Two.More", "Error", details={"n": 4}),
]


@pytest.fixture
async def log(server: Server) -> Server:
    """A server with five events of the test, a second apart, and one in another tenant."""
    for event in EVENTS:
        server.clock.advance(seconds=1)
        async with server.runtime.database.write("default") as tx:
            await audit_log.record(tx, ACTOR, event)
    async with server.runtime.database.write("admin") as tx:
        await audit_log.record(tx, system_actor("admin"), EVENTS[0])
    return server


async def page(server: Server, filter: LogFilter, size: int = 20, **cursor: str) -> Page[LogEntry]:
    async with server.runtime.database.scan("default") as reader:
        return await queries.page(reader, filter, size=size, after=cursor.get("after"), before=cursor.get("before"))


def numbers(entries: tuple[LogEntry, ...] | list[LogEntry]) -> list[object]:
    return [entry.payload["n"] for entry in entries if "n" in entry.payload]


async def test_every_condition_finds_its_events(log: Server) -> None:
    now = log.clock.now()
    cases: list[tuple[LogFilter, list[int]]] = [
        (LogFilter(), [4, 3, 2, 1, 0]),
        (LogFilter(user_id="ada"), [3, 2, 0]),
        (LogFilter(application_id="shop"), [1, 0]),
        (LogFilter(key="Test.One"), [1, 0]),
        (LogFilter(key="Test"), []),
        (LogFilter(key_prefix="Test."), [4, 2, 1, 0]),
        (LogFilter(key_prefix="Test.Two"), [4, 2]),
        (LogFilter(key_prefix="%"), []),
        (LogFilter(result="Error"), [4, 1]),
        (LogFilter(interaction_id="i1"), [1, 0]),
        (LogFilter(start=now - 1000), [4, 3]),
        (LogFilter(start=now - 3000, end=now - 1000), [3, 2, 1]),
        (LogFilter(end=-5), []),
        (LogFilter(start=10**30), []),
        (LogFilter(end=10**30), [4, 3, 2, 1, 0]),
        (LogFilter(user_id="ada", application_id="shop", key="Test.One", result="Success", interaction_id="i1"), [0]),
        (LogFilter(user_id="ada", result="Error"), []),
        (LogFilter(user_id="' OR 1=1 --"), []),
        (LogFilter(user_id="a\0"), []),
        (LogFilter(key="\ud800"), []),
        (LogFilter(key_prefix="x" * 5000), []),
    ]
    for wanted, expected in cases:
        assert numbers((await page(log, wanted)).items) == expected, wanted
        async with log.runtime.database.scan("default") as reader:
            listed = await queries.listed(reader, wanted, 0, 100)
            assert numbers(listed) == expected, wanted
            assert await queries.count(reader, wanted) == Counted(len(listed), False), wanted


async def test_an_event_is_read_back_whole(log: Server) -> None:
    entry = (await page(log, LogFilter(result="Error", user_id="bob"))).items[0]
    async with log.runtime.database.read("default") as reader:
        assert await queries.get(reader, entry.id) == entry
    assert entry.payload == {
        "key": "Test.One",
        "result": "Error",
        "ip": "203.0.113.1",
        "userAgent": "a client",
        "requestId": "r1",
        "userId": "bob",
        "applicationId": "shop",
        "interactionId": "i1",
        "error": "no",
        "n": 1,
    }
    assert (entry.key, entry.result, entry.user_id, entry.application_id) == ("Test.One", "Error", "bob", "shop")


async def test_what_is_not_there_is_not_found(log: Server) -> None:
    entry = (await page(log, LogFilter())).items[0]
    for tenant_id, log_id in (("admin", entry.id), ("default", "nothing"), ("default", ""), ("default", "a\0")):
        async with log.runtime.database.read(tenant_id) as reader:
            with pytest.raises(EntityNotFound):
                await queries.get(reader, log_id)


async def test_pages_follow_each_other_in_both_directions(log: Server) -> None:
    wanted = LogFilter(start=1, key_prefix="")
    everything = (await page(log, wanted)).items
    first = await page(log, wanted, 3)
    second = await page(log, wanted, 3, after=first.items[-1].cursor)
    assert (first.items, second.items[:2]) == (everything[:3], everything[3:5])
    assert first.has_more
    back = await page(log, wanted, 3, before=second.items[0].cursor)
    assert (back.items, back.has_more) == (first.items, False)
    assert (await page(log, wanted, 1, before=everything[2].cursor)).items == everything[1:2]
    for wrong in ("x", "", "\0", "é"):
        with pytest.raises(InvalidInput):
            await page(log, wanted, after=wrong)


async def test_counting_stops_at_the_cap(log: Server) -> None:
    async with log.runtime.database.scan("default") as reader:
        test = LogFilter(key_prefix="Test")
        assert await queries.count(reader, test, 3) == Counted(3, True)
        assert await queries.count(reader, test, 4) == Counted(4, False)
        assert await queries.count(reader, test, queries.CAP) == Counted(4, False)
        assert numbers(await queries.listed(reader, test, 1, 2)) == [2, 1]


async def test_an_interaction_is_told_in_order(log: Server) -> None:
    async with log.runtime.database.read("default") as reader:
        assert numbers(await queries.of_interaction(reader, "i1")) == [0, 1]
        for nothing in ("", "i", "%", "a\0"):
            assert await queries.of_interaction(reader, nothing) == []
    async with log.runtime.database.read("admin") as reader:
        assert len(await queries.of_interaction(reader, "i1")) == 1


def test_every_key_that_is_written_can_be_chosen_and_says_what_it_means() -> None:
    known = [one.key for one in KNOWN_KEYS]
    assert len(known) == len(set(known))
    named = [value for name, value in vars(keys).items() if name.isupper()]
    assert set(known) == {key for one in named for key in (one.values() if isinstance(one, dict) else [one])}
    assert [one.key for one in KNOWN_KEYS if not one.meaning] == [], "add it to audit_log/known_keys.py"
