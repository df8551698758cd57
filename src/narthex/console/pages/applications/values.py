"""What guides fill into their code: the values of one application, ready to run."""

from urllib.parse import urlsplit

from msgspec import Struct

from narthex.applications.schemas import ApplicationDetails
from narthex.applications.types import ApplicationType
from narthex.console.pages.applications.frameworks import CALLBACK, HOME, Framework
from narthex.resources.schemas import management_indicator
from narthex.tenants.schemas import Tenant

PORT = 3000
MASK = "••••••••••••"


class GuideValues(Struct, frozen=True):
    """The values of an application as its guide writes them; `secret` is None where it has none that holds."""

    endpoint: str
    app_id: str
    secret: str | None
    redirect_uri: str
    post_logout_uri: str
    management_api: str
    random: str

    @property
    def written(self) -> dict[str, str]:
        """What stands for each `%name%` of a snippet; the secret apart."""
        parts = urlsplit(self.redirect_uri)
        path = parts.path or "/"
        return {
            "endpoint": self.endpoint,
            "app_id": self.app_id,
            "redirect_uri": self.redirect_uri,
            "post_logout_uri": self.post_logout_uri,
            "management_api": self.management_api,
            "random": self.random,
            "callback_path": path,
            "callback_route": path.removeprefix("/"),
            "redirect_origin": f"{parts.scheme}://{parts.netloc}",
            "port": str(parts.port or PORT),
        }


def values_of(
    tenant: Tenant, application: ApplicationDetails, framework: Framework, secret: str | None, random: str
) -> GuideValues:
    """The values of an application; addresses that it lacks are those that its framework begins with."""
    oidc = application.oidc_client_metadata
    redirect_uris = (*oidc.redirect_uris, *framework.redirect_uris, CALLBACK)
    post_logout = (*oidc.post_logout_redirect_uris, *framework.post_logout_redirect_uris, HOME)
    return GuideValues(
        endpoint=tenant.base_url,
        app_id=application.id,
        secret=secret if application.type is not ApplicationType.SPA else None,
        redirect_uri=redirect_uris[0],
        post_logout_uri=post_logout[0],
        management_api=management_indicator(tenant.id),
        random=random,
    )
