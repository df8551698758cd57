"""What a running server hands to every part of itself. Made once, in the composition root."""

from dataclasses import dataclass, field

from narthex.kit.cache import ConfigCache
from narthex.kit.clock import Clock
from narthex.kit.database import Database
from narthex.kit.encryption import Cipher
from narthex.kit.http_client import HttpClient
from narthex.kit.metrics import Metrics
from narthex.kit.randomness import Randomness
from narthex.kit.recently_done import RecentlyDone
from narthex.kit.templates import Templates
from narthex.kit.worker_pool import WorkerPool


@dataclass(frozen=True, slots=True)
class Runtime:
    """The shared parts of one server; two servers in one process share none of them."""

    database: Database
    clock: Clock
    randomness: Randomness
    cipher: Cipher
    hashing: WorkerPool
    cache: ConfigCache
    templates: Templates
    metrics: Metrics
    http: HttpClient
    # Who was noted as active today: a note a day is enough.
    active_today: RecentlyDone = field(default_factory=RecentlyDone)
