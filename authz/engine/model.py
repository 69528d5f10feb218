"""casbin's own reading of a model.conf, checked for what casbin would let pass."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casbin.effect import get_effector
from casbin.model import Model as CasbinModel  # type: ignore[import-untyped,unused-ignore]

from authz.errors import Fault, ModelError

SECTIONS = {
    "r": "request_definition",
    "p": "policy_definition",
    "e": "policy_effect",
    "m": "matchers",
}


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A parsed model.conf.

    Attributes:
        text: the file as written.
        tokens: `p`, `p2`, `r` … -> its column names, without casbin's prefix.
        links: `g`, `g2` … -> how many columns its rows have.
        matchers: `m`, `m2` … as casbin evaluates them: Python expressions.
        effect: `e` as casbin compares it.
        own_links: those of `links` that are neither `_, _` nor `_, _, _`.
    """

    text: str
    tokens: dict[str, tuple[str, ...]]
    links: dict[str, int]
    matchers: dict[str, str]
    effect: str
    own_links: tuple[str, ...] = ()

    @property
    def matcher(self) -> str:
        """The matcher that plain requests ask."""
        return self.matchers["m"]

    def width(self, ptype: str) -> int | None:
        """Columns of a row of that type, None for a type the model lacks."""
        if ptype in self.links:
            return self.links[ptype]
        return (
            len(self.tokens[ptype])
            if ptype.startswith("p") and ptype in self.tokens
            else None
        )


def casbin_model(text: str) -> Any:
    """A fresh casbin model; casbin mutates models, so none is ever shared."""
    model = CasbinModel()
    model.load_model_from_text(text)
    return model


def read_model(text: str, file: str = "model.conf") -> Model:
    """Read a model.conf.

    Raises:
        ModelError: casbin refuses it, a section is missing or misspelt or the effect
            unknown (which casbin lets pass until a request comes), or a token holds a
            trailing comment.
    """
    try:
        parsed = casbin_model(text).model
    except Exception as error:  # casbin raises bare RuntimeError and worse
        raise ModelError(
            [_fault("DLG001", f"casbin refuses it: {error}", file)]
        ) from error
    _require_sections(parsed, file)
    tokens = {
        key: tuple(token.removeprefix(f"{key}_") for token in assertion.tokens)
        for section in ("r", "p")
        for key, assertion in parsed[section].items()
    }
    links = {key: a.value.count("_") for key, a in parsed.get("g", {}).items()}
    matchers = {key: as_python(a.value).strip() for key, a in parsed["m"].items()}
    effect = parsed["e"]["e"].value
    faults = [
        *_name_faults(tokens, file),
        *_link_faults(matchers["m"], links, file),
        *_effect_faults(effect, file),
    ]
    if faults:
        raise ModelError(faults)
    own_links = tuple(
        key
        for key, assertion in parsed.get("g", {}).items()
        if [token.strip() for token in assertion.value.split(",")]
        not in (["_"] * 2, ["_"] * 3)
    )
    return Model(text, tokens, links, matchers, effect, own_links)


def _require_sections(parsed: Mapping[str, Any], file: str) -> None:
    faults = [
        _fault("DLG002", f"the section [{title}] lacks `{key} =`", file)
        for key, title in SECTIONS.items()
        if key not in parsed.get(key, {})
    ]
    if faults:
        raise ModelError(faults)


def _name_faults(tokens: Mapping[str, Iterable[str]], file: str) -> list[Fault]:
    return [
        _fault("DLG003", f"`{token}` is no name for a token of {key}", file)
        for key, names in tokens.items()
        for token in names
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", token)
    ]


def _link_faults(matcher: str, links: Mapping[str, int], file: str) -> list[Fault]:
    return [
        _fault("DLG004", f"the matcher asks {name}(), [role_definition] lacks it", file)
        for name in sorted(set(re.findall(r"\b(g\d*)\(", matcher)) - links.keys())
    ]


def _effect_faults(effect: str, file: str) -> list[Fault]:
    try:
        get_effector(effect)
    except RuntimeError:
        return [_fault("DLG005", f"casbin knows no policy effect `{effect}`", file)]
    return []


def as_python(text: str) -> str:
    """The rewriting casbin does before each evaluation."""
    expression = text.replace("&&", "and").replace("||", "or")
    return re.sub(r"!(?!=)", "not ", expression)


def _fault(code: str, text: str, file: str) -> Fault:
    return Fault(code=code, message=text, file=file)
