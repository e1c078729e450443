"""`/ask/`: look-ups at dispatch programs while the operator types.

A short transaction checks the grant, the outbound call holds no transaction, no lock and no WSGI thread, a second
short transaction checks the grant again before a byte is returned. At most eight look-ups per service are on the way;
the ninth hears "late" at once. Of an answer nothing is stored; the addresses of a service's hints stay in memory for a
minute.
"""

from integrations.ask.application import Ask

__all__ = ["Ask"]
