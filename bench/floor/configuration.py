"""What the floor is told at its start, as one JSON file."""

from msgspec import Struct


class Configuration(Struct, frozen=True):
    """Where it listens and stores, which clients it knows (secrets as SHA-256 in hexadecimal), what page it shows."""

    port: int
    database_url: str
    issuer: str
    resource: str
    machine_id: str
    machine_secret_hash: str
    page_id: str
    web_id: str
    web_secret_hash: str
    sign_in_page: str
    browser_cookie: str
