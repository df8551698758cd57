"""The protocol: OAuth 2.0 and OpenID Connect, one module an endpoint, each a visible pipeline. Owns no table; it reads
and writes through the slices below and knows the hosted pages only by the `interactions` row and a URL. Mounted by
`app`; the edge dispatches its hot endpoints before anything else."""
