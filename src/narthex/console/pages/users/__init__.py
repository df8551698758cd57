"""Users: who they are, how they sign in, what they may do. Used by the navigation."""

from narthex.console.pages.users import access, details, listing, making, roles
from narthex.console.route import Route

ROUTES = (
    Route("GET", "users", listing.show),
    Route("GET", "users/new", making.ask),
    Route("POST", "users/new", making.create),
    Route("GET", "users/{id}", details.show),
    Route("POST", "users/{id}", details.save),
    Route("GET", "users/{id}/delete", details.ask_deletion),
    Route("POST", "users/{id}/delete", details.delete),
    Route("GET", "users/{id}/roles", roles.show),
    Route("POST", "users/{id}/roles", roles.save),
    Route("POST", "users/{id}/password", access.reset_password),
    Route("POST", "users/{id}/suspension", access.set_suspended),
    Route("POST", "users/{id}/sign-out", access.sign_out),
    Route("POST", "users/{id}/sessions/{session}/end", access.end_session),
    Route("POST", "users/{id}/identities/{target}/unlink", access.unlink),
)
