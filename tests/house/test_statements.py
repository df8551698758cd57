"""No statement forgets the tenant, crosses a border unlisted, or writes a table of another slice."""

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import BindParameter, Column, MetaData, String, bindparam, delete, insert, select, update
from sqlalchemy.sql.elements import ClauseElement

from narthex.kit.database import tenant_table
from tests.house.source import ROOT, expect_none
from tests.house.statement_report import Report, StatementReport, TableReport, unbound_tables

LISTED = Path(__file__).with_name("across_tenants.toml")
OWNED = {"doors": "narthex.doors.tables", "keys": "narthex.keys.tables"}


@cache
def report() -> Report:
    """What the server has, seen from a process of its own."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.house.statement_report"], cwd=ROOT, check=False, capture_output=True
    )
    if made.returncode != 0:
        pytest.fail(made.stderr.decode().strip().rpartition("\n")[2], pytrace=False)
    return msgspec.json.decode(made.stdout, type=Report)


def unlisted(found: Iterable[StatementReport], listed: dict[str, str]) -> list[str]:
    """Lines of across_tenants.toml that are missing, and those that are there for nothing."""
    crossing = {f'"{one.name}" = "{one.reason}"' for one in found if one.reason is not None}
    written = {f'"{name}" = "{reason}"' for name, reason in listed.items()}
    return [f"add {line}" for line in sorted(crossing - written)] + [
        f"remove {line}" for line in sorted(written - crossing)
    ]


# Written by clauses of their own slices (`audit_log.service.insert_event`, `insights.activity.insert_active`) inside
# the statement of what they tell of.
COMPOSED = frozenset({"audit_log", "daily_active_users"})


def foreign_writes(found: Iterable[StatementReport], owners: dict[str, str]) -> list[str]:
    """Writes to a table of another slice. What crosses tenants is listed with its reason already."""
    return [
        f"{one.name} writes {table}, which only {owner.removesuffix('.tables')} may write"
        for one in found
        if one.reason is None
        for table in one.writes
        if table not in COMPOSED
        if not one.name.startswith((owner := owners[table]).removesuffix("tables"))
    ]


def keys_without_tenant(found: Iterable[TableReport]) -> list[str]:
    return [f"{one.name}: its primary key begins with {one.key[0]}" for one in found if one.key[0] != "tenant_id"]


def test_every_statement_compiles_on_both_databases() -> None:
    expect_none([f"{one.name}: {one.fault}" for one in report().statements if one.fault])


def test_every_statement_has_a_name_in_a_module() -> None:
    assert report().nameless == 0, "a statement is made once, as a constant of its module"


def test_no_statement_forgets_the_tenant() -> None:
    expect_none([one.name for one in report().statements if one.unbound and one.reason is None])


def test_what_crosses_tenants_is_listed() -> None:
    expect_none(unlisted(report().statements, tomllib.loads(LISTED.read_text())))


def test_only_a_slice_writes_its_own_tables() -> None:
    expect_none(foreign_writes(report().statements, {one.name: one.module for one in report().tables}))


def test_every_table_is_declared_in_the_tables_module_of_a_slice() -> None:
    declared = [one for one in report().tables if not one.module.endswith(".tables")]
    assert [f"{one.name} in {one.module or 'no module'}" for one in declared] == []


def test_every_primary_key_begins_with_the_tenant() -> None:
    expect_none(keys_without_tenant(report().tables))


def of(name: str, *writes: str, reason: str | None = None) -> StatementReport:
    return StatementReport(name, writes, reason, (), "")


def test_a_crossing_that_is_not_listed_is_caught() -> None:
    crossing = of("narthex.doors.service.ALL", reason="clean-up")
    assert unlisted([crossing], {}) == ['add "narthex.doors.service.ALL" = "clean-up"']
    assert len(unlisted([crossing], {crossing.name: "another reason"})) == 2
    assert unlisted([], {"narthex.doors.service.ALL": "clean-up"}) == [
        'remove "narthex.doors.service.ALL" = "clean-up"'
    ]
    assert unlisted([crossing], {crossing.name: "clean-up"}) == []


def test_a_write_to_a_table_of_another_slice_is_caught() -> None:
    assert len(foreign_writes([of("narthex.doors.service.OPEN", "doors", "keys")], OWNED)) == 1
    assert foreign_writes([of("narthex.keys.service.TURN", "keys"), of("narthex.doors.service.FIND")], OWNED) == []


def test_a_key_without_the_tenant_is_caught() -> None:
    assert keys_without_tenant([TableReport("doors", "narthex.doors.tables", ("id", "tenant_id"))]) != []


METADATA = MetaData()
DOORS = tenant_table("doors", Column("id", String(21), primary_key=True), metadata=METADATA)
KEYS = tenant_table("keys", Column("id", String(21), primary_key=True), metadata=METADATA)
TENANT: BindParameter[str] = bindparam("tenant_id")


@pytest.mark.parametrize(
    "clause",
    [
        select(DOORS.c.id),
        select(DOORS.c.id).where(DOORS.c.tenant_id == "acme"),
        select(DOORS.c.id).join(KEYS, KEYS.c.id == DOORS.c.id).where(DOORS.c.tenant_id == TENANT),
        select(DOORS.c.id).where(DOORS.c.tenant_id == TENANT, select(KEYS.c.id).exists()),
        insert(DOORS).values(id=bindparam("id")),
        update(DOORS).values(id="1").where(DOORS.c.id == "2"),
        delete(DOORS),
        select(DOORS.alias().c.id).where(DOORS.c.tenant_id == TENANT, DOORS.c.id == "1"),
    ],
)
def test_a_forgotten_tenant_is_caught(clause: ClauseElement) -> None:
    assert list(unbound_tables(clause)) != []


@pytest.mark.parametrize(
    "clause",
    [
        select(DOORS.c.id).where(DOORS.c.tenant_id == TENANT),
        select(DOORS.c.id).outerjoin(KEYS, KEYS.c.tenant_id == TENANT).where(DOORS.c.tenant_id == TENANT),
        insert(DOORS).values(id=bindparam("id"), tenant_id=TENANT),
        delete(DOORS).where(DOORS.c.tenant_id == TENANT),
    ],
)
def test_a_bound_statement_may_stay(clause: ClauseElement) -> None:
    assert list(unbound_tables(clause)) == []
