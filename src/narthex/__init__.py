"""Narthex, an identity server: sign-in, sign-up, OpenID Connect and organizations for many tenants.

`app.create_app` builds a server from its settings, `cli` is the command `narthex`. docs/architecture.md
is the map of the packages below; each of them opens with a paragraph that says what it owns.
"""

__version__ = "0.1.0"
