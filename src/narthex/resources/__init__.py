"""An API resource is an audience that access tokens are made for. Owns the tables `resources` and `scopes`. Each tenant
has its own Management API as a resource. Used by roles, oidc and the console."""
