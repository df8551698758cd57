"""The token request, parsed once (RFC 6749 4.1.3, 4.4.2, 6)."""

from collections.abc import Mapping

from msgspec import Struct

from narthex.access import Actor, ActorKind
from narthex.applications.schemas import Application
from narthex.audit_log import keys as audit_keys
from narthex.audit_log.schemas import Event
from narthex.kit.forms import Form
from narthex.oidc.client_authentication import AuthenticatedClient
from narthex.oidc.errors import invalid_request, invalid_target
from narthex.oidc.scopes import split_scope
from narthex.tenants.request import Request
from narthex.tenants.schemas import Tenant

MAY_REPEAT = frozenset({"resource"})
AUDITED = frozenset(
    {
        *("grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type", "redirect_uri"),
        *("code", "code_verifier", "refresh_token", "scope", "resource", "audience", "organization_id"),
    }
)


class TokenRequest(Struct, frozen=True):
    """A token request of an authenticated client."""

    tenant: Tenant
    actor: Actor
    application: Application
    secret_name: str | None
    grant_type: str
    code: str | None
    redirect_uri: str | None
    code_verifier: str | None
    refresh_token: str | None
    scopes: tuple[str, ...] | None
    resource: str | None
    organization_id: str | None
    shown: Mapping[str, str]

    def require(self, name: str) -> str:
        """A parameter that this grant needs; raises invalid_request."""
        value: str | None = getattr(self, name)
        if not value:
            raise invalid_request(f"missing required parameter {name!r}")
        return value

    def event(self, *, user_id: str | None = None, session_id: str | None = None, **details: object) -> Event:
        """The audit event of a success."""
        if self.secret_name is not None:
            details["applicationSecret"] = {"name": self.secret_name}
        return Event(
            audit_keys.EXCHANGE_BY[self.grant_type],
            user_id=user_id,
            session_id=session_id,
            application_id=self.application.id,
            params=self.shown,
            details=details,
        )


def parse(request: Request, form: Form, client: AuthenticatedClient, grant_type: str) -> TokenRequest:
    """The typed request; raises invalid_request or invalid_target."""
    check_repeated(form)
    resources = form.all("resource")
    if len(resources) > 1:
        raise invalid_target("only a single resource indicator value must be requested")
    return TokenRequest(
        tenant=request.tenant,
        actor=request.actor(ActorKind.APPLICATION, client.application.id),
        application=client.application,
        secret_name=client.secret_name,
        grant_type=grant_type,
        code=form.get("code"),
        redirect_uri=form.get("redirect_uri"),
        code_verifier=form.get("code_verifier"),
        refresh_token=form.get("refresh_token"),
        scopes=split_scope(form.get("scope")) if "scope" in form else None,
        resource=resources[0] if resources else None,
        organization_id=form.get("organization_id"),
        shown=shown_parameters(form),
    )


def check_repeated(form: Form) -> None:
    """Refuse parameters that are given more than once (RFC 6749 3.2)."""
    if repeated := [name for name in form.repeated() if name not in MAY_REPEAT]:
        raise invalid_request(f"{repeated[0][:64]!r} parameter must not be provided twice")


def shown_parameters(form: Form) -> dict[str, str]:
    """The parameters that the audit log shows; it masks the secret ones. What else was sent may be a secret as well: a
    misspelled name, a token sent as if it were a name."""
    return {name: form.get(name) or "" for name in form.names() if name in AUDITED}
