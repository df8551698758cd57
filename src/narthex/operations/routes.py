"""The paths of this part. They belong to the process and to no tenant, so the edge asks here before anything else."""

from collections.abc import Mapping

from narthex.kit.http import Response
from narthex.kit.runtime import Runtime
from narthex.operations.health import ALIVE, NotReady, Readiness, schema_check
from narthex.operations.metrics import metrics_page
from narthex.signing_keys.service import key_ring
from narthex.tenants.directory import TenantDirectory

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class Operations:
    """Answers for one server."""

    def __init__(self, runtime: Runtime, directory: TenantDirectory, *, metrics_are_public: bool) -> None:
        self._runtime = runtime
        self._directory = directory
        self._metrics_are_public = metrics_are_public
        self._readiness = Readiness(
            {"database": schema_check(runtime.database), "signing_keys": self._every_tenant_can_sign}
        )

    async def answer(self, path: str, ip: str, headers: Mapping[bytes, bytes] | None = None) -> Response | None:
        """The response to a client at `ip`, or None where the path is not one of ours.

        Without the headers nobody can be told to be on this machine, so `/metrics` refuses unless it is public.
        """
        if path not in PATHS:
            return None
        if path == "/healthz":
            return ALIVE
        if path == "/readyz":
            return await self._readiness.answer()
        return metrics_page(self._runtime.metrics, ip, headers, public=self._metrics_are_public)

    async def _every_tenant_can_sign(self) -> None:
        tenants = self._directory.all()
        if not tenants:
            raise NotReady("there is no tenant yet; run: narthex init")
        for tenant in tenants:
            (await key_ring(self._runtime, tenant.id)).signer(self._runtime.clock.now())
