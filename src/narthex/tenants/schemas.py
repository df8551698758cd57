"""What the rest of the server knows of a tenant."""

from msgspec import Struct

DEFAULT_TENANT = "default"
ADMIN_TENANT = "admin"


class TenantRow(Struct, frozen=True):
    """A row of `tenants`; `origin` is set where the tenant lives at an origin of its own."""

    tenant_id: str
    name: str
    origin: str | None
    config_version: int


class Tenant(Struct, frozen=True):
    """A tenant and where it is reached: `base_url` has no trailing slash."""

    id: str
    name: str
    base_url: str

    @property
    def issuer(self) -> str:
        """The issuer identifier (OpenID Connect Core 2, `iss`)."""
        return f"{self.base_url}/oidc"

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a browser writes them in `Origin`."""
        return "/".join(self.base_url.split("/", 3)[:3])

    @property
    def base_path(self) -> str:
        """The path under the origin: empty, or `/t/<tenant>`."""
        return self.base_url[len(self.origin) :]

    @property
    def secure(self) -> bool:
        """Whether it is reached over TLS, which decides the flags and the prefix of its cookies."""
        return self.base_url.startswith("https:")

    def cookie_name(self, name: str) -> str:
        """The name of a cookie of this tenant; the prefix binds it to host and TLS (RFC 6265bis 4.1.3)."""
        return f"__Host-{name}.{self.id}" if self.secure else f"{name}.{self.id}"
