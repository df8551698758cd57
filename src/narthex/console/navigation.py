"""What the side navigation shows, and which module answers which address."""

from types import ModuleType

from msgspec import Struct

from narthex.console.pages import (
    api_resources,
    applications,
    audit_log,
    connectors,
    dashboard,
    get_started,
    operators,
    roles,
    sign_in_experience,
    users,
)
from narthex.console.route import Route


class Item(Struct, frozen=True):
    """One line of the navigation: the first part of the address, its phrase `nav.<name>`, its icon."""

    path: str
    icon: str

    @property
    def phrase(self) -> str:
        """The phrase of its name."""
        return f"nav.{self.path.replace('-', '_')}"


class Section(Struct, frozen=True):
    """Lines that belong together, under the phrase `nav.section.<name>`."""

    name: str
    items: tuple[Item, ...]


SECTIONS = (
    Section("overview", (Item("get-started", "compass"), Item("dashboard", "chart"))),
    Section(
        "authentication",
        (Item("applications", "app"), Item("sign-in-experience", "door"), Item("connectors", "plug")),
    ),
    Section("authorization", (Item("api-resources", "api"), Item("roles", "role"))),
    Section("people", (Item("users", "users"),)),
    Section("developer", (Item("audit-log", "list"), Item("operators", "shield"))),
)


PAGES: tuple[ModuleType, ...] = (
    get_started,
    dashboard,
    applications,
    sign_in_experience,
    connectors,
    api_resources,
    roles,
    users,
    audit_log,
    operators,
)


def routes() -> tuple[Route, ...]:
    """Every route of every page."""
    return tuple(route for page in PAGES for route in page.ROUTES)
