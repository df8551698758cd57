"""The models of the wire: `oidc` has what tokens and discovery say, `response` what endpoints answer."""
