"""Applications in the console: the framework list, making one, and the list of those that there are."""

import re

import pytest

from narthex.applications import queries
from narthex.applications.types import ApplicationType
from tests.fixtures.console import OperatorBrowser
from tests.fixtures.server import Server

SHOWN = re.compile(r'<article class="card link framework" data-item="[^"]*" data-kind="\w+">.*?<a[^>]*>(.*?)</a>')
PYTHON = ["Flask", "Django", "FastAPI", "Python script"]


async def create(operator: OperatorBrowser, **fields: str) -> str:
    """Make an application, and return its id."""
    made = await operator.post("applications/new", {"name": "Bookstore", **fields})
    assert made.status_code == 303, made.text
    found = re.match(r"/console/default/applications/([0-9a-z]{21})\b", made.headers["location"])
    assert found is not None
    return found[1]


async def test_the_framework_list_has_its_sections_and_cards(operator: OperatorBrowser) -> None:
    page = (await operator.get("applications/frameworks")).text
    for section in ("Traditional web", "Single page", "Native", "Machine-to-machine"):
        assert f">{section}</h2>" in page
    names = SHOWN.findall(page)
    assert {*PYTHON, "Express", "React", "Machine-to-machine"} <= set(names)
    assert "/console/default/applications/new?framework=flask" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("kind=spa", ["React"]),
        ("kind=machine&kind=spa", ["React", "Python script", "Machine-to-machine"]),
        ("q=PYTHON", PYTHON),
        ("q=python&kind=machine", ["Python script"]),
        ("q=cobol", []),
    ],
)
async def test_search_and_kinds_narrow_it_without_scripts(
    operator: OperatorBrowser, query: str, names: list[str]
) -> None:
    page = (await operator.get(f"applications/frameworks?{query}")).text
    assert SHOWN.findall(page) == names
    assert ("data-none hidden" in page) == bool(names)


async def test_a_framework_asks_only_for_the_name(operator: OperatorBrowser) -> None:
    page = (await operator.get("applications/new?framework=flask")).text
    assert 'name="name"' in page
    assert 'type="radio"' not in page
    assert "Flask, Traditional web" in page


async def test_a_flask_application_is_a_traditional_one_with_the_addresses_of_the_guide(
    server: Server, operator: OperatorBrowser
) -> None:
    made = await operator.post("applications/new", {"framework": "flask", "name": "Bookstore"})
    assert re.fullmatch(r"/console/default/applications/\w+/guide\?created=1", made.headers["location"])
    page = (await operator.get(made.headers["location"])).text
    assert "Congratulations" in page
    assert "<bdi>Bookstore</bdi>" in page
    async with server.runtime.database.read("default") as reader:
        stored = await queries.get(reader, made.headers["location"].split("/")[4])
    assert (stored.type, stored.framework) == (ApplicationType.TRADITIONAL, "flask")
    assert stored.oidc_client_metadata.redirect_uris == ("http://localhost:3000/callback",)
    assert stored.oidc_client_metadata.post_logout_redirect_uris == ("http://localhost:3000/",)


async def test_the_guide_congratulates_once(operator: OperatorBrowser) -> None:
    application_id = await create(operator, framework="flask")
    assert "Congratulations" not in (await operator.get(f"applications/{application_id}/guide")).text


@pytest.mark.parametrize(
    ("kind", "tag"),
    [
        ("traditional", "Traditional web"),
        ("spa", "Single page"),
        ("native", "Native"),
        ("machine", "Machine-to-machine"),
    ],
)
async def test_without_a_framework_the_kind_is_asked_for(operator: OperatorBrowser, kind: str, tag: str) -> None:
    assert f'value="{kind}"' in (await operator.get("applications/new")).text
    application_id = await create(operator, kind=kind, description="For trials")
    page = (await operator.get(f"applications/{application_id}")).text
    assert f'<span class="tag">{tag}</span>' in page
    assert "For trials" in page
    assert "The application was created" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"framework": "flask", "name": " "}, "name"),
        ({"framework": "flask", "name": "x" * 257}, "name"),
        ({"framework": "flask", "name": "turned \u202e around"}, "name"),
        ({"kind": "traditional", "name": ""}, "name"),
        ({"name": "Bookstore"}, "kind"),
        ({"name": "Bookstore", "kind": "SAML"}, "kind"),
        ({"name": "Bookstore", "kind": "spa", "description": "x" * 2049}, "description"),
    ],
)
async def test_what_cannot_be_made_is_refused_at_its_field(
    operator: OperatorBrowser, fields: dict[str, str], field: str
) -> None:
    answer = await operator.post("applications/new", fields)
    assert answer.status_code == 400
    assert f'id="{field}-problem"' in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert fields["name"].strip() in answer.text
    assert "No application yet" in (await operator.get("applications")).text


async def test_an_empty_list_leads_to_the_frameworks(operator: OperatorBrowser) -> None:
    page = (await operator.get("applications")).text
    assert "No application yet" in page
    assert 'role="search"' not in page
    assert "/console/default/applications/frameworks" in page


async def test_applications_are_listed_newest_first_and_found_by_name_and_id(
    server: Server, operator: OperatorBrowser
) -> None:
    await server.application(ApplicationType.SPA, name="Shop")
    server.clock.advance(seconds=1)
    made = await server.application(name=("Ein sehr langer Name " * 12).strip())
    page = (await operator.get("applications")).text
    assert page.index("sehr langer") < page.index("Shop")
    assert "Demo app" not in page
    assert "sehr" not in (await operator.get("applications?q=SHOP")).text
    assert "sehr" not in (await operator.get("applications?kind=spa")).text
    assert "sehr" in (await operator.get(f"applications?q={made.application_id}")).text
    assert "No application fits" in (await operator.get("applications?q=shop&kind=native")).text


async def test_many_applications_come_in_pages(server: Server, operator: OperatorBrowser) -> None:
    for number in range(45):
        server.clock.advance(seconds=1)
        await server.application(name=f"Shop {number:02}")
    seen: list[list[str]] = []
    address, back = "applications?q=shop", ""
    for _ in range(3):
        page = (await operator.get(address)).text
        seen.append(re.findall(r"<bdi>(Shop \d\d)</bdi>", page))
        found = re.search(r'rel="next" href="([^"]*)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
        previous = re.search(r'rel="prev" href="([^"]*)"', page)
        back = previous[1].replace("&amp;", "&") if previous else ""
    assert [len(names) for names in seen] == [20, 20, 5]
    assert [name for names in seen for name in names] == [f"Shop {number:02}" for number in reversed(range(45))]
    assert re.findall(r"<bdi>(Shop \d\d)</bdi>", (await operator.get(back)).text) == seen[1]


async def test_a_cursor_of_nowhere_is_refused_in_words(operator: OperatorBrowser) -> None:
    assert (await operator.get("applications?after=nonsense!")).status_code == 400
