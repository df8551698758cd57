"""The one class that all errors of this package have above them; the finer ones are in `narthex_client`."""

from narthex_client import NarthexError as LogtoException

__all__ = ["LogtoException"]
