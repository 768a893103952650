"""Beside the journey: how the API describes itself (drf-spectacular); constants that `settings` takes as they are."""

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Sahayata API",
    "DESCRIPTION": "Cases, messages and places of a district helpdesk.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Two fields are called `result`: how a call went, and what became of a message.
    "ENUM_NAME_OVERRIDES": {
        "CallResultEnum": "cases.models.work.Call.Result",
        "MessageResultEnum": "cases.models.message.Message.Result",
    },
}
