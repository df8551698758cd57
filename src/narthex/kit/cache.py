"""A bounded cache of configuration, per tenant, that never serves a row older than the version it knows of.

A loader reads its rows and the tenant's `config_version` in one statement, so a value that was read before a change
carries the version before it, and is refused as soon as the change is known here: at once on the node that wrote, at
the next poll on the others.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")
Versioned = tuple[int, T]


class ConfigCache:
    """Values by tenant and key. Nothing is kept for a negative answer."""

    def __init__(self, entries_per_tenant: int = 4096) -> None:
        self._limit = entries_per_tenant
        self._entries: dict[str, dict[Hashable, Versioned[object]]] = {}
        self._versions: dict[str, int] = {}

    async def get(
        self,
        tenant_id: str,
        key: Hashable,
        load: Callable[P, Awaitable[Versioned[T] | None]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """The value of `key`, by `load(*args)` where it is unknown or older than the newest version heard of."""
        found = self.peek(tenant_id, key)
        if found is not None:
            return cast("T", found)
        loaded = await load(*args, **kwargs)
        if loaded is None:
            return None
        self._keep(tenant_id, key, loaded)
        return loaded[1]

    def peek(self, tenant_id: str, key: Hashable) -> object | None:
        """The value of `key` if it is here and current."""
        entries = self._entries.get(tenant_id)
        found = entries.get(key) if entries else None
        if found is None or found[0] < self._versions.get(tenant_id, 0):
            return None
        return found[1]

    def advance(self, tenant_id: str, version: int) -> None:
        """Take note of a newer version; what was read before it is dropped."""
        if version > self._versions.get(tenant_id, 0):
            self._versions[tenant_id] = version
            self._entries.pop(tenant_id, None)

    def advance_all(self, versions: Mapping[str, int] | Iterable[tuple[str, int]]) -> None:
        """Take note of many versions, as one poll reads them."""
        for tenant_id, version in dict(versions).items():
            self.advance(tenant_id, version)

    def _keep(self, tenant_id: str, key: Hashable, loaded: Versioned[object]) -> None:
        version = loaded[0]
        self.advance(tenant_id, version)
        if version < self._versions[tenant_id]:
            return
        entries = self._entries.setdefault(tenant_id, {})
        if len(entries) >= self._limit:
            del entries[next(iter(entries))]
        entries[key] = loaded
