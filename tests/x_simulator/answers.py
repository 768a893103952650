"""Simulator of X, what is said back: an HTTP answer, and X's ways of refusing (problem+json)."""

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
PROBLEM = "https://api.twitter.com/2/problems/"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `withheld` means that the connection closes without sending it."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    withheld: bool = False


class Refusal(Exception):
    """The request is refused with an HTTP status and X's body for it."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(body.get("detail"))
        self.status = status
        self.body = body


def as_json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer in JSON; refusals are problem+json, as X sends them."""
    kind = "application/json; charset=utf-8" if status < 400 else "application/problem+json; charset=utf-8"
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), kind, headers or {})


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Json:
    """A body after RFC 7807, as the schema Problem of X's OpenAPI file asks."""
    return {"title": title, "detail": detail, "type": kind, "status": status}


def invalid(parameter: str, given: str, message: str) -> Refusal:
    """400: a parameter is wrong; X names it and repeats what was given."""
    return Refusal(
        400,
        {
            "errors": [{"parameters": {parameter: [given]}, "message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": PROBLEM + "invalid-request",
        },
    )


def unauthorized() -> Refusal:
    """401: no token, a wrong one, or a wrong signature."""
    return Refusal(401, problem(401, "Unauthorized", "Unauthorized"))


def app_only() -> Refusal:
    """403: a bearer where the endpoint asks for a user's signature."""
    detail = (
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  "
        "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
    )
    return Refusal(403, problem(403, "Unsupported Authentication", detail, PROBLEM + "unsupported-authentication"))


def duplicate() -> Refusal:
    """403: the account has already said exactly this."""
    detail = "You are not allowed to create a Tweet with duplicate content."
    return Refusal(403, problem(403, "Forbidden", detail))


def missing(kind: str, parameter: str, given: str) -> Json:
    """The partial error X puts beside (or instead of) the data when a post or an account is not there."""
    return {
        "value": given,
        "detail": f"Could not find {kind} with {parameter}: [{given}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": given,
        "type": PROBLEM + "resource-not-found",
    }


def suspended(parameter: str, given: str) -> Json:
    """The partial error for an account that X has suspended."""
    return {
        "value": given,
        "detail": f"User has been suspended: [{given}].",
        "title": "Forbidden",
        "resource_type": "user",
        "parameter": parameter,
        "resource_id": given,
        "type": PROBLEM + "resource-not-found",
    }
