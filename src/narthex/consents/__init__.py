"""A consent is what a person allowed an application of somebody else. Owns the table `consents`; the tenant's own
applications need none. Used by oidc (is the page needed?), sign_in (the page) and the account pages."""
