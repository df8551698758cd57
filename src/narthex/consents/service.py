"""Reads and writes of consents."""

from msgspec import Struct
from sqlalchemy import bindparam, delete, select

from narthex.access import Actor
from narthex.audit_log import keys as audit_keys
from narthex.audit_log import service as audit_log
from narthex.audit_log.schemas import Event
from narthex.consents.tables import consents
from narthex.kit.database import Reader, Transaction, statement, upsert


class Consent(Struct, frozen=True):
    """What a person allowed an application: OpenID scopes, and scopes by resource indicator."""

    scopes: tuple[str, ...]
    resource_scopes: dict[str, tuple[str, ...]]

    def covers(self, scopes: tuple[str, ...], resources: tuple[str, ...]) -> bool:
        """Whether it holds for a request with these scopes and resources."""
        given = set(self.scopes).union(*self.resource_scopes.values())
        return set(scopes) <= given and set(resources) <= set(self.resource_scopes)


FIND = statement(
    select(consents.c.scopes, consents.c.resource_scopes).where(
        consents.c.user_id == bindparam("user_id"), consents.c.application_id == bindparam("application_id")
    ),
    Consent,
)
PUT = statement(
    upsert(consents, ["tenant_id", "user_id", "application_id"], ["scopes", "resource_scopes", "updated_at"])
)
DELETE = statement(
    delete(consents).where(
        consents.c.user_id == bindparam("user_id"), consents.c.application_id == bindparam("application_id")
    )
)


async def find(reader: Reader, user_id: str, application_id: str) -> Consent | None:
    """What the person allowed the application so far."""
    return await reader.one(FIND, user_id=user_id, application_id=application_id)


async def give(tx: Transaction, actor: Actor, user_id: str, application_id: str, consent: Consent) -> None:
    """Write what the person allows, in place of what was allowed before."""
    await tx.run(
        PUT,
        user_id=user_id,
        application_id=application_id,
        scopes=consent.scopes,
        resource_scopes=consent.resource_scopes,
        created_at=tx.now,
        updated_at=tx.now,
    )
    await audit_log.record(
        tx,
        actor,
        Event(
            audit_keys.CONSENT_SUBMIT,
            user_id=user_id,
            application_id=application_id,
            params={"scope": " ".join(consent.scopes)},
        ),
    )


async def withdraw(tx: Transaction, user_id: str, application_id: str) -> bool:
    """Take a consent back. Returns whether there was one; the caller revokes the grants."""
    return bool(await tx.run(DELETE, user_id=user_id, application_id=application_id))
