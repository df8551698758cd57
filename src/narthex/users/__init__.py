"""A user is a person of a tenant. Owns the table `users`: identifiers, profile, custom data, suspension. Passwords are
`credentials`, browser sessions are `sessions`. Used by registration, oidc (claims), the console and the APIs."""
