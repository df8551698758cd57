"""Which connectors there are, and what each of them has to show of itself, ours and strangers' alike."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib import metadata

import pytest

from narthex.connectors import registry
from narthex.connectors.contract import ConfigInvalid
from narthex.connectors.oidc.config import AUTH_REQUEST, VERIFICATION
from narthex.connectors.oidc.connector import OidcConnector
from narthex.connectors.registry import AnyConnector, all_connectors, find_connector


class StrangersConnector(OidcConnector):
    """A connector of another package."""

    def __init__(self) -> None:
        super().__init__()
        self.metadata = type(self.metadata)(
            id="stranger",
            target="stranger",
            name="Stranger",
            description="Of another package.",
            is_standard=False,
            logo_svg="<svg xmlns='http://www.w3.org/2000/svg'/>",
            readme="# Stranger\n",
            fields=self.metadata.fields,
        )


class Impostor(OidcConnector):
    """A connector that would like to be ours."""


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three installed packages: a good one, one that calls itself `oidc`, and one that cannot be loaded."""
    entries = [
        metadata.EntryPoint(name, f"{__name__}:{value}", registry.GROUP)
        for name, value in (("a", "StrangersConnector"), ("b", "Impostor"), ("c", "Nothing"))
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == "narthex.connectors" else [])
    monkeypatch.setattr(metadata.EntryPoint, "load", lambda entry: globals()[entry.attr])
    registry._connectors.cache_clear()
    yield
    registry._connectors.cache_clear()


def test_ours_are_there() -> None:
    connector = find_connector("oidc")
    assert isinstance(connector, OidcConnector)
    assert find_connector("oidc") is connector
    assert find_connector("nothing") is None
    assert connector in all_connectors()


def test_others_come_in_by_the_entry_point(strangers: None) -> None:
    assert isinstance(find_connector("stranger"), StrangersConnector)
    assert type(find_connector("oidc")) is OidcConnector
    assert [connector.metadata.id for connector in all_connectors()] == ["oidc", "stranger"]


@pytest.mark.parametrize("connector", all_connectors(), ids=lambda connector: connector.metadata.id)
def test_a_connector_shows_what_a_form_needs(connector: AnyConnector) -> None:
    shown = connector.metadata
    assert re.fullmatch(r"[a-z0-9-]{1,64}", shown.id)
    assert re.fullmatch(r"[a-z0-9-]{1,64}", shown.target)
    assert shown.name
    assert shown.description.endswith(".")
    assert shown.readme.startswith("# ")
    assert ET.fromstring(shown.logo_svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "script" not in shown.logo_svg
    assert shown.logo.startswith("data:image/svg+xml;base64,")
    keys = [field.key for field in shown.fields]
    assert len(keys) == len(set(keys))
    for field in shown.fields:
        assert bool(field.options) == (field.type == "select")
        assert field.default is None or not field.options or field.default in {one.value for one in field.options}
        assert field.condition is None or field.condition.key in keys


@pytest.mark.parametrize("connector", all_connectors(), ids=lambda connector: connector.metadata.id)
def test_a_connector_names_the_field_that_is_missing(connector: AnyConnector) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        connector.check_config({})
    assert refused.value.field in {field.key for field in connector.metadata.fields if field.required}


def test_the_secret_is_known_as_one() -> None:
    assert OidcConnector().metadata.secret_keys == ("clientSecret",)


def test_the_readme_explains_every_field() -> None:
    shown = OidcConnector().metadata
    explained = set(re.findall(r"^\| `(\w+)` \|", shown.readme, re.MULTILINE))
    leaves = {field.key.removeprefix(f"{VERIFICATION}.").removeprefix(f"{AUTH_REQUEST}.") for field in shown.fields}
    assert leaves <= explained
