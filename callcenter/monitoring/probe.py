"""`python -m callcenter.monitoring.probe PORT [PATH]`: the health check of a container; needs nothing but Python.

Ends with 0 when the path (default `/healthz`) answers with 200 within three seconds, with 1 otherwise.
"""

import sys
from http.client import HTTPConnection, HTTPException

PATIENCE_S = 3


def healthy(port: int, path: str = "/healthz") -> bool:
    """Ask once."""
    asked = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        asked.request("GET", path)
        return asked.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


if __name__ == "__main__":
    sys.exit(0 if healthy(int(sys.argv[1]), *sys.argv[2:3]) else 1)
