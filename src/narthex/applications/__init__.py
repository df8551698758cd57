"""An application is something that signs people in, or calls APIs, with us: an OAuth client. Owns the tables
`applications` and `application_secrets`. Deleting one cascades to its secrets, grants and tokens. Used by roles,
consents, tokens, oidc, the demo app, the command line and the console."""
