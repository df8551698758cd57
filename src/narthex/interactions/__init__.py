"""An interaction is one sign-in under way: the authorization request as it was checked, and what has been done about it
so far. Owns the table `interactions`; a row answers only to the browser whose cookie it knows the hash of. It is all
that oidc and sign_in know of each other."""
