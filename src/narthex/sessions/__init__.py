"""A session is a browser in which a person is signed in. Owns the table `sessions`; the browser holds a secret whose
hash is in the row, new at every sign-in. A session is read joined with its user, so that a suspension acts at
once. Used by consents, tokens (grants name their session), oidc and the console."""
