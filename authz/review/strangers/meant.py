"""A model as it was meant: the same, with another definition in the place of one."""

import re
from collections.abc import Mapping

from authz.engine import Model, read_conf, read_model

#: Denies as a reader takes them under an effect that never looks at one.
HEEDS_DENY = "some(where (p.eft == allow)) && !some(where (p.eft == deny))"


def defined(model: Model, definitions: Mapping[str, str]) -> Model:
    """The model with other definitions, such as casbin can read.

    Args:
        model: as written.
        definitions: key -> what it is to say: `{"g": "_, _, _"}`.
    """
    lines = [
        f"{entry.key} = {definitions.get(entry.key, entry.value)}"
        if entry.key
        else f"[{entry.section}]"
        for entry in read_conf(model.text).entries
    ]
    return read_model("\n".join(lines))


def written_matcher(model: Model) -> str:
    """The matcher `m` as the model.conf writes it, "" if no file does."""
    found = [entry.value for entry in read_conf(model.text).of("m") if entry.key == "m"]
    return found[-1] if found else ""


def asked_in(model: Model, name: str, token: str) -> Model | None:
    """The model whose matcher asks a link in the domain that a token of `r` says."""
    matcher = written_matcher(model)
    asked = re.sub(
        rf"\b{name}\(([^(),]+,[^(),]+)\)", rf"{name}(\1, r.{token})", matcher
    )
    return defined(model, {"m": asked}) if asked != matcher else None
