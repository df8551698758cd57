"""Who acts, and what they may do. Owns no table; every writing service function takes an `Actor` after its transaction,
and the hosted pages, the protocol, the console, the Management API and the command line all produce the same one."""

from narthex.access.actor import Actor, ActorKind, system_actor
from narthex.access.permissions import NotPermitted, Permission

__all__ = ["Actor", "ActorKind", "NotPermitted", "Permission", "system_actor"]
