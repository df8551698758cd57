"""Everything that a client holds: grants (a person let an application in), authorization codes, refresh tokens and
opaque access tokens. Owns their tables; a token is kept as a hash, taken by one statement, and read joined with its
grant, user and session, so that nothing lives longer than what it hangs on. Used by oidc and sign_in."""
