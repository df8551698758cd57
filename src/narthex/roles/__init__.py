"""A role is a named set of scopes for users or for machine-to-machine applications. Owns the tables `roles`,
`role_scopes`, `user_roles` and `application_roles`. Used by oidc (which scopes a token may carry) and the console."""
