"""Embedded mode: does a process answer? Short, blocking questions to this machine only."""

import contextlib
import http.client
import socket

PATIENCE_SECONDS = 1.0


def redis_answers(path: str) -> bool:
    """Whether a Redis answers PING on the unix socket (no password: the socket's folder is private)."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(path)
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def http_answers(port: int, path: str) -> bool:
    """Whether an HTTP server on 127.0.0.1 gives any answer to GET path."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def port_is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:port now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
