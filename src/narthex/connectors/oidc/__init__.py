"""The connector for every provider that speaks OpenID Connect, by the authorization code flow only.

`config` reads what README.md explains, `authorization` and `connector` go out and come back, `id_token` judges what the
provider signed, `key_sets` fetches and keeps its keys. Used by whoever asks the registry for `oidc`.
"""
