"""What went wrong, for a machine and for a reader: {"code", "message"} and, for a body, {"fields": {name: [..]}}."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from cases.actions import MoveRefused

# The role forbids it, the case stands elsewhere by now, or the body lacks something.
_REFUSALS = {
    "not_permitted": status.HTTP_403_FORBIDDEN,
    "not_allowed": status.HTTP_409_CONFLICT,
    "note_required": status.HTTP_400_BAD_REQUEST,
    "invalid": status.HTTP_400_BAD_REQUEST,
}


def answer(error: Exception, _context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: the problem body for every error that is the caller's.

    None for the rest, which are ours: they become a logged 500.
    """
    error = _known(error)
    if isinstance(error, MoveRefused):
        set_rollback()
        return Response({"code": error.code, "message": error.message}, status=_REFUSALS[error.code])
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return Response(_body(error), status=error.status_code, headers=_headers(error))


def _known(error: Exception) -> Exception:
    if isinstance(error, Http404 | models.ObjectDoesNotExist):
        return exceptions.NotFound()
    if isinstance(error, ValidationError):
        return exceptions.ValidationError(error.messages)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied(*error.args)
    return error


def _body(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError) and isinstance(error.detail, dict):
        return {"code": "invalid", "message": exceptions.ValidationError.default_detail, "fields": _flat(error.detail)}
    codes = error.get_codes()
    detail = error.detail[0] if isinstance(error.detail, list) else error.detail
    return {"code": codes[0] if isinstance(codes, list) else codes, "message": str(detail)}


def _flat(detail: dict[str, Any], before: str = "") -> dict[str, list[str]]:
    """Nested errors under dotted names: {"given": {"spo2": [..]}} -> {"given.spo2": [..]}."""
    flat: dict[str, list[str]] = {}
    for name, errors in detail.items():
        if isinstance(errors, dict):
            flat |= _flat(errors, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = [str(error) for error in errors]
    return flat


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = f"{error.wait:.0f}"  # type: ignore[attr-defined]
    return headers
