"""Applications: the framework list, creating one, its guide, its details. Owns no table; the navigation reads
`ROUTES`."""

from narthex.console.pages.applications import (
    choosing,
    creating,
    deleting,
    details,
    guide,
    listing,
    machine_roles,
    secrets,
)
from narthex.console.route import Route

ROUTES = (
    Route("GET", "applications", listing.show),
    Route("GET", "applications/frameworks", choosing.show),
    Route("GET", "applications/new", creating.ask),
    Route("POST", "applications/new", creating.create),
    Route("GET", "applications/{id}", details.show),
    Route("POST", "applications/{id}", details.save),
    Route("GET", "applications/{id}/guide", guide.show),
    Route("POST", "applications/{id}/guide", guide.save),
    Route("POST", "applications/{id}/guide/framework", guide.choose),
    Route("GET", "applications/{id}/roles", machine_roles.show),
    Route("POST", "applications/{id}/roles", machine_roles.assign),
    Route("POST", "applications/{id}/roles/take", machine_roles.take),
    Route("GET", "applications/{id}/secrets/new", secrets.ask),
    Route("POST", "applications/{id}/secrets/new", secrets.create),
    Route("GET", "applications/{id}/secrets/rename", secrets.ask_name),
    Route("POST", "applications/{id}/secrets/rename", secrets.rename),
    Route("GET", "applications/{id}/secrets/delete", secrets.ask_deletion),
    Route("POST", "applications/{id}/secrets/delete", secrets.delete),
    Route("GET", "applications/{id}/delete", deleting.ask),
    Route("POST", "applications/{id}/delete", deleting.delete),
)
