"""The page of two columns: README left, form right. The same for a new connector and for one that is there."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup
from msgspec import Struct

from narthex.connections import service as connections
from narthex.connections.schemas import ConnectionMetadata
from narthex.connectors.contract import ConfigInvalid, ConnectorFailed, SocialConnector
from narthex.connectors.registry import find_connector
from narthex.console.context import ConsoleContext
from narthex.console.pages.connectors import fields
from narthex.console.rendering import Crumb
from narthex.kit.errors import EntityNotFound, InvalidInput, Refusal
from narthex.kit.forms import Form
from narthex.kit.http import Response
from narthex.sign_in_settings.hosted_page import Problem

HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


class Typed(Struct, frozen=True):
    """What stands in the form: about the button, about discovery, and the connector's own fields by key."""

    name: str
    target: str
    logo: str
    logo_dark: str
    sync_profile: bool
    issuer: str
    config: dict[str, str]

    @property
    def metadata(self) -> ConnectionMetadata:
        """The name and the logos."""
        return ConnectionMetadata(
            name={"en": self.name} if self.name else {}, logo=self.logo or None, logo_dark=self.logo_dark or None
        )


def connector_of(connector_id: str) -> SocialConnector[Any]:
    """The code of a connector; raises `EntityNotFound`."""
    found = find_connector(connector_id)
    if found is None:
        raise EntityNotFound("connector", connector_id)
    return found


def typed_in(connector: SocialConnector[Any], form: Form) -> Typed:
    """What came in a form."""
    text = {name: (form.get(name) or "").strip() for name in ("name", "target", "logo", "logo_dark", "discover")}
    return Typed(
        text["name"],
        text["target"],
        text["logo"],
        text["logo_dark"],
        form.get("sync_profile") is not None,
        text["discover"],
        fields.typed_of(connector.metadata.fields, form),
    )


async def discovered(
    context: ConsoleContext, connector: SocialConnector[Any], typed: Typed
) -> tuple[Typed, Problem | None]:
    """The form with its endpoints filled from the provider's own document, or what stood in the way."""
    try:
        found = await connector.discover(context.runtime.http, typed.issuer)
    except (ConfigInvalid, ConnectorFailed) as error:
        return typed, Problem(error.text, "discover")
    filled = fields.with_discovered(connector.metadata.fields, typed.config, found)
    return Typed(typed.name, typed.target, typed.logo, typed.logo_dark, typed.sync_profile, typed.issuer, filled), None


def problem_of(context: ConsoleContext, refusal: Refusal) -> Problem:
    """A refusal at the field that it names."""
    data = refusal.data if isinstance(refusal.data, Mapping) else {}
    field = str(data.get("field") or refusal.values.get("field") or "") or None
    codes = {"connector.multiple_target_with_same_platform": "target", "connector.should_specify_target": "target"}
    return context.problem(refusal, codes.get(refusal.code, field))


def page(
    context: ConsoleContext,
    connector: SocialConnector[Any],
    connection_id: str,
    typed: Typed,
    *,
    is_new: bool,
    problems: list[Problem] | None = None,
    status: int = 200,
    found: bool = False,
    **shown: Any,
) -> Response:
    """The page. `found` says that discovery just filled the endpoints."""
    about = connector.metadata
    known = {one.key for one in about.fields} | {"name", "target", "logo", "logo_dark", "discover"}
    return context.render(
        "console/connectors/form.html",
        title=context.text("connectors.set_up", name=about.name) if is_new else typed.name or about.name,
        status=status,
        problems=[Problem(one.text, _nearest(one.field, known)) for one in problems or []],
        back=Crumb(context.url("connectors"), context.text("nav.connectors")),
        # The test leads on to the provider, and the browser holds form-action against that redirect.
        form_targets=_origin(typed.config.get("authorizationEndpoint", "")),
        about=about,
        readme=readme_of(about.id, about.readme),
        connection_id=connection_id,
        redirect_uri=connections.redirect_uri(context.tenant, connection_id),
        typed=typed,
        fields=fields.shown(about.fields, typed.config),
        is_new=is_new,
        found=found,
        **shown,
    )


def config_in(connector: SocialConnector[Any], typed: Typed) -> dict[str, Any]:
    """The configuration that the form stands for; raises `InvalidInput`."""
    config = fields.as_config(connector.metadata.fields, typed.config)
    if typed.name == "":
        raise InvalidInput("name", "give the button a name.", phrase="connectors.name_missing")
    return config


@cache
def readme_of(connector_id: str, markdown: str) -> Markup:
    """A connector's README as HTML, below the title of the page; markup in it is shown, not run."""
    import mistune

    title, _, rest = markdown.partition("\n")
    render = mistune.create_markdown(escape=True, plugins=["table"])
    return Markup(render(rest if title.startswith("# ") else markdown))  # noqa: S704 - mistune escapes what it is given


def _nearest(field: str | None, known: Collection[str]) -> str | None:
    """The field of the form that a path in the configuration lies in: `customConfig.state` is in `customConfig`."""
    path = field or ""
    while path and path not in known:
        path = path.rpartition(".")[0]
    return path or None


def _origin(url: str) -> str:
    """Scheme, host and port of an address as a policy names them; empty for one that cannot stand in a header."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(host):
        return ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}" + (f":{port}" if port else "")
