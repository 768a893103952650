"""Deployment: the health check of the web container: does gunicorn answer under the site's own name?"""

import os
import sys
from urllib.request import Request, urlopen

URL = "http://127.0.0.1:8000/healthz/live"


def main() -> int:
    """0 when it answers 200, 1 when not. Speaks as the TLS proxy does, or it would be sent on to HTTPS."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    request = Request(URL, headers={"Host": host, "X-Forwarded-Proto": "https"})
    try:
        with urlopen(request, timeout=4) as answer:  # noqa: S310 - the address is the constant above
            return 0 if answer.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
