"""The protocol without any input or output: what is sent, what an answer means, what a token must say.

Everything here is a function of its arguments, time and randomness included where they matter, so that it is tested
without a server. `narthex_client.session` puts the parts in order.
"""
