"""Requests for one decision and for several, from bytes (AuthZEN 1.0, 6 and 7)."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from authz.pdp import quick
from authz.pdp.errors import BadRequestError, LimitError
from authz.pdp.limits import MAX_BATCH_BYTES, MAX_BODY_BYTES, MAX_ITEMS
from authz.pdp.messages import Evaluation
from authz.pdp.strict_json import parse, require_size

T = TypeVar("T")
#: An item that can not be read is refused alone; the others are answered.
Item = Evaluation | BadRequestError
_DEFAULTS = ("subject", "action", "resource", "context")
_STOPS: Mapping[str, bool | None] = {
    "execute_all": None,
    "deny_on_first_deny": False,
    "permit_on_first_permit": True,
}


class Batch(msgspec.Struct, frozen=True):
    """Several questions; the answers end with the first that is `stop`."""

    items: Sequence[Item]
    stop: bool | None


def read_one(body: bytes) -> Evaluation:
    """Read an access evaluation request.

    Raises:
        BadRequestError: it is none.
    """
    require_size(body, MAX_BODY_BYTES)
    return quick.read_one(body) or to(Evaluation, parse(body))


def read_plain(body: bytes) -> Evaluation | None:
    """The same of a plain body, None when it is no question or takes longer to read."""
    return quick.read_one(body) if len(body) <= MAX_BODY_BYTES else None


def read_many(body: bytes) -> Batch | Evaluation:
    """Read an access evaluations request; without `evaluations` it is a single one.

    Defaults are whole entities: an item's `subject` replaces the top-level one, nothing
    is merged.

    Raises:
        BadRequestError: the whole payload is no request.
    """
    require_size(body, MAX_BATCH_BYTES)
    plain = quick.read_many(body)
    if plain is not None:
        return Batch(plain[0], _stop(plain[1]))
    request = parse(body, MAX_BATCH_BYTES)
    items = request.get("evaluations")
    if items is None or items == []:
        return to(Evaluation, request)
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
        raise BadRequestError("`evaluations` must be an array of objects")
    if len(items) > MAX_ITEMS:
        raise LimitError("items", f"`evaluations` holds more than {MAX_ITEMS} items")
    defaults = {name: request[name] for name in _DEFAULTS if name in request}
    return Batch(
        [_item({**defaults, **item}) for item in items],
        _stop(request.get("options", {})),
    )


def to(kind: type[T], request: Any) -> T:
    """A message of that kind.

    Raises:
        BadRequestError: a member is missing or of another shape.
    """
    try:
        return msgspec.convert(request, kind)
    except msgspec.ValidationError as error:
        raise BadRequestError(str(error)) from error


def _item(request: Mapping[str, Any]) -> Item:
    try:
        return to(Evaluation, request)
    except BadRequestError as error:
        return error


def _stop(options: Any) -> bool | None:
    if not isinstance(options, dict):
        raise BadRequestError("`options` must be an object")
    name = options.get("evaluations_semantic", "execute_all")
    if not isinstance(name, str) or name not in _STOPS:
        known = ", ".join(f"`{each}`" for each in _STOPS)
        raise BadRequestError(f"unknown `evaluations_semantic`; there are {known}")
    return _STOPS[name]
