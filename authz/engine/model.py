"""casbin's own reading of a model.conf, checked for what casbin would let pass."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from casbin.effect import get_effector
from casbin.model import Model as CasbinModel  # type: ignore[import-untyped,unused-ignore]

from authz.engine.effect import RULES
from authz.engine.traps.conf import read_conf
from authz.engine.traps.conf_traps import MARK, conf_traps
from authz.engine.traps.model_traps import Parts, model_traps
from authz.engine.traps.trap import Trap
from authz.errors import Fault, ModelError

SECTIONS = {
    "r": "request_definition",
    "p": "policy_definition",
    "e": "policy_effect",
    "m": "matchers",
}
#: As a model.conf writes casbin's five.
KNOWN_EFFECTS = "one of its five, blank by blank: " + ", ".join(
    f"`{text.replace('p_eft', 'p.eft')}`" for text in RULES
)


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
        file: where it stands.
        traps: what casbin reads otherwise than it looks; the gate refuses them.
    """

    text: str
    tokens: dict[str, tuple[str, ...]]
    links: dict[str, int]
    matchers: dict[str, str]
    effect: str
    own_links: tuple[str, ...] = ()
    file: str = "model.conf"
    traps: tuple[Trap, ...] = ()

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
        raise ModelError([_unreadable(text, file, error)]) from error
    return model_of(parsed, text, file)


def model_of(
    parsed: Mapping[str, Any], text: str = "", file: str = "model.conf"
) -> Model:
    """What casbin made of a model.conf, or of definitions given it in other ways.

    Raises:
        ModelError: as `read_model`.
    """
    _require_sections(parsed, file)
    roles = {key: assertion.value for key, assertion in parsed.get("g", {}).items()}
    parts = Parts(
        conf=read_conf(text),
        tokens={
            key: tuple(token.removeprefix(f"{key}_") for token in assertion.tokens)
            for section in ("r", "p")
            for key, assertion in parsed[section].items()
        },
        links={key: value.count("_") for key, value in roles.items()},
        own_links=tuple(key for key, value in roles.items() if _is_own(value)),
        matchers={key: as_python(a.value).strip() for key, a in parsed["m"].items()},
        effect=parsed["e"]["e"].value,
    )
    faults = [*_name_faults(parts), *_link_faults(parts), *_effect_faults(parts)]
    if faults:
        raise ModelError([replace(fault, file=file) for fault in faults])
    _conf, tokens, links, own_links, matchers, effect = parts
    traps = (*conf_traps(text), *model_traps(parts))
    return Model(text, tokens, links, matchers, effect, own_links, file, traps)


def _unreadable(text: str, file: str, error: Exception) -> Fault:
    marks = [trap for trap in conf_traps(text) if trap.code == MARK]
    if marks:
        return marks[0].fault(file)
    return Fault(code="DLG001", message=f"casbin refuses it: {error}", file=file)


def _require_sections(parsed: Mapping[str, Any], file: str) -> None:
    faults = [
        Fault(
            code="DLG002", message=f"the section [{title}] lacks `{key} =`", file=file
        )
        for key, title in SECTIONS.items()
        if key not in parsed.get(key, {})
    ]
    if faults:
        raise ModelError(faults)


def _is_own(roles: str) -> bool:
    return [token.strip() for token in roles.split(",")] not in (["_"] * 2, ["_"] * 3)


def _name_faults(parts: Parts) -> Iterator[Fault]:
    for key, names in parts.tokens.items():
        for name in names:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                text = f"`{name}` is no name for a token of {key}; put comments on lines of their own"
                yield Fault(code="DLG003", message=text, line=parts.conf.line_of(key))


def _link_faults(parts: Parts) -> Iterator[Fault]:
    asked = set(re.findall(r"\b(g\d*)\(", parts.matchers["m"]))
    for name in sorted(asked - parts.links.keys()):
        text = f"the matcher asks {name}(), [role_definition] lacks it; add `{name} = _, _`"
        yield Fault(code="DLG004", message=text, line=parts.conf.line_of("m"))


def _effect_faults(parts: Parts) -> Iterator[Fault]:
    try:
        get_effector(parts.effect)
    except RuntimeError:
        written = re.sub(r"\b(p\d*)_", r"\1.", parts.effect)
        text = f"casbin knows no policy effect `{written}`; write {KNOWN_EFFECTS}"
        yield Fault(code="DLG005", message=text, line=parts.conf.line_of("e"))


def as_python(text: str) -> str:
    """The rewriting casbin does before each evaluation."""
    expression = text.replace("&&", "and").replace("||", "or")
    return re.sub(r"!(?!=)", "not ", expression)
