"""What AuthZEN 1.0 asks for, as operations: the five endpoints and the metadata."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from authz.pdp.kinds import BODY_BYTES, PATHS, SCOPES, Kind
from authz.pdp.limits import LIMITS, MAX_CANDIDATES
from authz.pdp.metadata import metadata, metadata_path
from authz.pdp.openapi import wire, wire_answers
from authz.pdp.openapi.answers import (
    AT_LEAST,
    CACHED,
    ETAG,
    EXPLAIN,
    IF_NONE_MATCH,
    REQUEST_ID,
    errors,
    stamped,
)
from authz.pdp.openapi.document import Document
from authz.pdp.openapi.operations import (
    JSON,
    Access,
    Answer,
    Example,
    Operation,
    Parameter,
    Schema,
)
from authz.pdp.openapi.questions import ANYBODY, questions
from authz.pdp.openapi.schemas import ref

NO_NAMES: Mapping[str, str] = MappingProxyType({})
DOCUMENT_PATH = "/openapi.json"
#: All that the operations here speak of.
TYPES: Sequence[type] = (
    wire.EvaluationRequest,
    wire.LoneRequest,
    wire.EvaluationsRequest,
    wire.SubjectSearchRequest,
    wire.ResourceSearchRequest,
    wire.ActionSearchRequest,
    wire_answers.Decision,
    wire_answers.Decisions,
    wire_answers.FoundEntities,
    wire_answers.FoundActions,
    wire_answers.Metadata,
    wire_answers.Problem,
)
_TITLES: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.EVALUATION: (
            "One decision",
            "Asks whether a subject may do something to a resource. A refusal is a 200 "
            "too; whatever is not a 200 is no decision.",
        ),
        Kind.EVALUATIONS: (
            "Several decisions",
            "Asks many questions at once. What an item lacks is taken whole from the "
            "request; nothing is merged. Without items it is one question.",
        ),
        Kind.SEARCH_SUBJECT: (
            "Search for subjects",
            "Finds who may do something to a resource. About each result the decision "
            "is true.",
        ),
        Kind.SEARCH_RESOURCE: (
            "Search for resources",
            "Finds to what a subject may do something. About each result the decision "
            "is true.",
        ),
        Kind.SEARCH_ACTION: (
            "Search for actions",
            "Finds what a subject may do to a resource. About each result the decision "
            "is true.",
        ),
    }
)
_ANSWERS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.EVALUATION: ("The decision.", "Decision"),
        Kind.SEARCH_SUBJECT: ("A page of subjects.", "FoundEntities"),
        Kind.SEARCH_RESOURCE: ("A page of resources.", "FoundEntities"),
        Kind.SEARCH_ACTION: ("A page of actions.", "FoundActions"),
    }
)
_BODIES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.EVALUATION: "EvaluationRequest",
        Kind.SEARCH_SUBJECT: "SubjectSearchRequest",
        Kind.SEARCH_RESOURCE: "ResourceSearchRequest",
        Kind.SEARCH_ACTION: "ActionSearchRequest",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the endpoints stand, and who may ask there.

    Attributes:
        prefix: of the paths, with its names in braces.
        suffix: of the operations' ids.
        note: said of every operation there.
        parameters: the names of the prefix.
        requires: a schema that every single question must fit too.
        refusals: the statuses beside 200 and 400.
    """

    prefix: str = ""
    suffix: str = ""
    note: str = ""
    access: Access = "key"
    parameters: Sequence[Parameter] = ()
    requires: Schema | None = None
    refusals: Sequence[int] = (401, 403, 429, 503)


AT_THE_ROOT = Place()


def served(url: str, *, has_key: bool) -> Document:
    """The document of a service that offers the standard and nothing else."""
    place = Place(refusals=(401, 503))
    if not has_key:
        place = Place(access="everybody", refusals=(403, 503))
    asked = endpoints(place, questions(ANYBODY))
    return Document(url, [*asked, described(url), published()], TYPES)


def endpoints(
    place: Place, examples: Mapping[Kind, Sequence[Example]]
) -> list[Operation]:
    """The five, at that place."""
    return [_endpoint(kind, place, examples[kind]) for kind in Kind]


def described(
    url: str, place: Place = AT_THE_ROOT, path: Mapping[str, str] = NO_NAMES
) -> Operation:
    """The metadata of the service at `url`, or at a place of it.

    Args:
        url: from configuration.
        place: where.
        path: the example's names of the place.
    """
    answer = msgspec.json.decode(metadata(url + place.prefix.format(**path)))
    example = Example(name="here", words="Where it is here", path=path, answer=answer)
    return Operation(
        id=f"metadata{place.suffix}",
        topic="metadata",
        methods=("get",),
        path=metadata_path(url) + place.prefix,
        title="Metadata",
        words="Where everything is. It is made from the configuration alone.",
        access="everybody",
        parameters=place.parameters,
        answers={200: _cached("Where everything is.", "Metadata")},
        examples=(example,),
        away=True,
    )


def published(path: str = DOCUMENT_PATH) -> Operation:
    """The document itself."""
    whole = _cached("The document.", "", ETAG)
    same = Answer(words="It is still the same.", headers={"ETag": ETAG})
    return Operation(
        id="document",
        topic="document",
        methods=("get",),
        path=path,
        title="This document",
        words="What is served here, as OpenAPI 3.1.",
        access="everybody",
        parameters=(IF_NONE_MATCH,),
        answers={200: whole, 304: same},
    )


def _endpoint(kind: Kind, place: Place, examples: Sequence[Example]) -> Operation:
    title, words = _TITLES[kind]
    traced = () if kind.value.startswith("search") else (EXPLAIN,)
    topic = kind.value.replace("/", "_")
    return Operation(
        id=topic + place.suffix,
        topic=topic,
        path=place.prefix + PATHS[kind],
        title=title,
        words=words,
        note=place.note,
        access=place.access,
        scope=SCOPES[kind],
        parameters=(*place.parameters, REQUEST_ID, AT_LEAST, *traced),
        body=_body(kind, place.requires),
        limits=_limits(kind),
        answers={200: _answer(kind), **errors(400, *place.refusals)},
        examples=examples,
    )


def _body(kind: Kind, requires: Schema | None) -> Schema:
    name = _BODIES.get(kind, "LoneRequest")
    single: Schema = {"allOf": [ref(name), requires]} if requires else ref(name)
    if kind is Kind.EVALUATIONS:
        return {"anyOf": [ref("EvaluationsRequest"), single]}
    return single


def _answer(kind: Kind) -> Answer:
    if kind is not Kind.EVALUATIONS:
        return stamped(*_ANSWERS[kind])
    found = stamped("The decisions; of a request without items, one.", "Decisions")
    either = {"anyOf": [ref("Decisions"), ref("Decision")]}
    return Answer(words=found.words, contents={JSON: either}, headers=found.headers)


def _limits(kind: Kind) -> dict[str, int]:
    limits: dict[str, int] = {"body_bytes": BODY_BYTES[kind]}
    limits |= {name: LIMITS[name] for name in ("depth", "string_bytes")}
    if kind is Kind.EVALUATIONS:
        limits["items"] = LIMITS["items"]
    elif kind is not Kind.EVALUATION:
        limits |= {"results": LIMITS["results"], "candidates": MAX_CANDIDATES}
    return limits


def _cached(words: str, schema: str, *more: Parameter) -> Answer:
    content: Schema = ref(schema) if schema else {"type": "object"}
    headers = {header.name: header for header in (CACHED, *more)}
    return Answer(words=words, contents={JSON: content}, headers=headers)
