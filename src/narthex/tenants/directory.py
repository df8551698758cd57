"""Finds the tenant of a request by its host, else by `/t/<tenant>` in the path; the rest is the default tenant."""

from collections.abc import Iterable

from narthex.kit.cache import ConfigCache
from narthex.kit.database import Database
from narthex.tenants import service
from narthex.tenants.schemas import ADMIN_TENANT, DEFAULT_TENANT, Tenant, TenantRow


def host_of(url: str) -> str:
    """Host and port of a URL."""
    return url.split("://", 1)[1].split("/", 1)[0].lower()


class TenantDirectory:
    """Tenants by host and by id, kept in memory and renewed at every poll of the config versions."""

    def __init__(self, database: Database, cache: ConfigCache, base_url: str) -> None:
        self._database = database
        self._cache = cache
        self._base_url = base_url
        self._base_host = host_of(base_url)
        self._by_id: dict[str, Tenant] = {}
        self._by_host: dict[str, Tenant] = {}

    @property
    def base_url(self) -> str:
        """Where this server says it lives."""
        return self._base_url

    async def refresh(self) -> None:
        """Read all tenants and their config versions once; called at start and by the poll."""
        rows = await service.every(self._database)
        self._cache.advance_all((row.tenant_id, row.config_version) for row in rows)
        self._place(rows)

    def _place(self, rows: Iterable[TenantRow]) -> None:
        placed = {row.tenant_id: Tenant(row.tenant_id, row.name, self._url(row)) for row in rows}
        self._by_id = placed
        self._by_host = {
            host_of(own): placed[row.tenant_id] for row in rows if (own := self._own_origin(row)) is not None
        }

    def _own_origin(self, row: TenantRow) -> str | None:
        # The base URL is the default tenant's; an origin that says the same is none.
        return row.origin if row.origin != self._base_url else None

    def _url(self, row: TenantRow) -> str:
        if (own := self._own_origin(row)) is not None:
            return own
        return self._base_url if row.tenant_id == DEFAULT_TENANT else f"{self._base_url}/t/{row.tenant_id}"

    def get(self, tenant_id: str) -> Tenant | None:
        """The tenant of this id."""
        return self._by_id.get(tenant_id)

    def all(self) -> list[Tenant]:
        """Every tenant known now."""
        return list(self._by_id.values())

    def knows_host(self, host: str) -> bool:
        """Whether a request with this Host header is meant for this server."""
        return host == self._base_host or host in self._by_host

    def place(self, host: str, path: str) -> tuple[Tenant | None, str]:
        """The tenant of a request and the path inside it; no tenant where the path names an unknown one."""
        if (own := self._by_host.get(host)) is not None:
            return own, path
        if not path.startswith("/t/"):
            return self._by_id.get(DEFAULT_TENANT), path
        tenant_id, _, rest = path[3:].partition("/")
        tenant = self._by_id.get(tenant_id)
        # A tenant with an origin of its own is not served under the shared one: the origin is the border.
        if tenant is None or not tenant.base_url.startswith(self._base_url + "/t/"):
            return None, path
        # As at the root, one SDK may join its endpoint and `/oidc/…` to a double slash (client-sdks-and-tutorial 3).
        return tenant, "/" + rest.lstrip("/")

    def console(self, host: str, path: str) -> tuple[Tenant | None, str]:
        """The tenant `admin` for a request to the console, which lives at the root of that tenant's origin."""
        admin = self._by_id.get(ADMIN_TENANT)
        at_home = admin is not None and host_of(admin.base_url) == host
        return (admin, path) if at_home else (None, path)
