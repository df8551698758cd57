"""Lists of events are read in the order of an index, however many events there are."""

import time

import pytest

from narthex.audit_log import queries
from narthex.audit_log.queries import LISTED, OF_INTERACTION, PAGES, Lead
from narthex.audit_log.schemas import LogFilter
from narthex.kit.cursors import END_OF_TIME, NEWEST
from tests.fixtures.many import database_url, insert_many, plan, reads_all, sorts
from tests.fixtures.server import Server

__all__ = ["database_url"]

COLUMNS = {
    "id": "'e' || n",
    "key": "'Key.' || (n % 50)",
    "payload": '\'{"result":"Success"}\'',
    "created_at": "n * 1000",
    "user_id": "'u' || (n % 1000)",
    "application_id": "'a' || (n % 20)",
    "interaction_id": "'i' || (n / 5)",
}
INDEX: dict[Lead, str] = {
    "time": "audit_log_by_time",
    "user_id": "audit_log_by_user",
    "application_id": "audit_log_by_application",
    "key": "audit_log_by_key",
}
NO_CONDITION = dict.fromkeys(("user_id", "application_id", "key", "key_prefix", "result", "interaction_id"))


async def test_a_list_is_read_in_the_order_of_its_index(server: Server) -> None:
    await insert_many(server, "audit_log", COLUMNS, 20_000)
    values = {"user_id": "u7", "application_id": "a7", "key": "Key.7"}
    for lead, index in INDEX.items():
        conditions = NO_CONDITION | {name: value for name, value in values.items() if name == lead}
        conditions |= {"start": 0, "end": END_OF_TIME, "limit": 21}
        page = await plan(server, PAGES[lead, True], **conditions, **NEWEST.parameters)
        listed = await plan(server, LISTED[lead], **conditions, offset=20)
        for made in (page, listed):
            assert index in made, made
            assert not reads_all(made), made
            assert lead == "user_id" or not sorts(made), made


async def test_an_interaction_is_found_in_its_index(server: Server) -> None:
    await insert_many(server, "audit_log", COLUMNS, 20_000)
    made = await plan(server, OF_INTERACTION, interaction_id="i7")
    assert "audit_log_by_interaction" in made, made
    conditions = NO_CONDITION | {"interaction_id": "i7", "start": 0, "end": END_OF_TIME, "limit": 21}
    made = await plan(server, PAGES["interaction_id", True], **conditions, **NEWEST.parameters)
    assert "audit_log_by_interaction" in made, made


@pytest.mark.long
async def test_a_million_events_are_read_at_once(server: Server) -> None:
    await insert_many(server, "audit_log", COLUMNS, 1_000_000)
    for wanted in (
        LogFilter(),
        LogFilter(user_id="u77"),
        LogFilter(application_id="a7"),
        LogFilter(key="Key.7"),
        LogFilter(key="Key.None"),
        LogFilter(key_prefix="Key."),
        LogFilter(interaction_id="i777"),
        LogFilter(user_id="u77", application_id="a17", result="Success"),
    ):
        started = time.monotonic()
        async with server.runtime.database.scan("default") as reader:
            await queries.page(reader, wanted)
            await queries.count(reader, wanted, queries.CAP)
        took = time.monotonic() - started
        assert took < 2, f"{wanted} took {took:.2f} s"
