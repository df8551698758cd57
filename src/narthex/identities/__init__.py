"""Who a person is at other identity providers: an identity ties what a provider calls somebody (target and external id)
to one user. Owns the table `user_identities`. Also what a connection needs once it is in use: how often it is, and its
removal. Used by registration, sign_in, the console and the Management API."""
