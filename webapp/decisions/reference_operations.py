"""All that the panel serves to other services: the standard, and what is ours."""

from dataclasses import replace

from authz.pdp.openapi import (
    AT_LEAST,
    ETAG,
    IF_NONE_MATCH,
    PROBLEM,
    REQUEST_ID,
    REVISION,
    TYPES,
    Answer,
    Document,
    Example,
    Names,
    Operation,
    Parameter,
    Place,
    Schema,
    described,
    endpoints,
    errors,
    published,
    questions,
    ref,
    stamped,
)
from webapp.decisions.reference_forward import proxies
from webapp.decisions.reference_types import EffectivePermissions, OwnPermissions

#: Stand in the examples for what only the reader knows.
ACCOUNT, USER, OWNER = f"a_{'2' * 26}", f"u_{'2' * 26}", f"u_{'3' * 26}"
_HTML, _DATE = "text/html", "2027-03-19T23:00:00Z"
_TEXT: Schema = {"type": "string"}
_MAYBE: Schema = {"type": ["string", "null"]}
_PATH = {"account": ACCOUNT}

_NAMES = Names(
    subject={"type": "user", "id": USER},
    action="send",
    refused="create",
    resource={"type": "draft", "id": "17"},
    subjects=({"type": "user", "id": USER}, {"type": "user", "id": OWNER}),
    resources=({"type": "draft", "id": "*"},),
    actions=tuple(
        {"name": name} for name in ("list", "print", "send", "send_bulk", "view")
    ),
)
_ACCOUNT = Parameter(
    name="account",
    place="path",
    words="The account, by its id.",
    schema=_TEXT,
    example=ACCOUNT,
    required=True,
)
_GENERAL = Place(
    note=(
        "The request names the account, in `context.account` or in "
        "`resource.properties.account`; two that differ are a 400."
    ),
    requires=ref("NamesAccount"),
)
_OF_ACCOUNT = Place(
    prefix="/a/{account}",
    suffix="_of_account",
    note="The address names the account; a request that names another one is a 400.",
    parameters=(_ACCOUNT,),
    refusals=(401, 403, 404, 429, 503),
)
_VALID_FOR = Parameter(
    name="Delega-Valid-For",
    place="header",
    words="Seconds for which the answer may be believed.",
    schema={"type": "string", "pattern": r"^[0-9]+\.[0-9]{3}$"},
    required=True,
)
_SAME = Answer(
    words="It is still the same, at the revision that is named.",
    headers={"ETag": ETAG, "Delega-Revision": REVISION, "Delega-Valid-For": _VALID_FOR},
)


def reference(url: str, cookie: str) -> Document:
    """The document of the panel at `url`, from configuration."""
    general = replace(_NAMES, context={"account": ACCOUNT})
    of_account = replace(_NAMES, path=_PATH)
    pairs = zip(
        endpoints(_GENERAL, questions(general)),
        endpoints(_OF_ACCOUNT, questions(of_account)),
        strict=True,
    )
    operations = [operation for pair in pairs for operation in pair]
    operations += [_effective(), _own(), *proxies(USER, ACCOUNT)]
    operations += [described(url), _described_of_account(url), published()]
    types = (*TYPES, EffectivePermissions, OwnPermissions)
    return Document(url, operations, types, {"NamesAccount": _names_account()}, cookie)


def _names_account() -> Schema:
    """Of a question at the general address."""
    return {
        "title": "NamesAccount",
        "description": "The account is named in the context or with the resource.",
        "anyOf": [
            _with(context=_holding("account", _TEXT, needed=True)),
            _with(
                resource=_holding(
                    "properties", _holding("account", _TEXT, needed=True), needed=True
                ),
                context=_holding("account", _MAYBE),
            ),
        ],
    }


def _with(**members: Schema) -> Schema:
    first = next(iter(members))
    return {"type": "object", "properties": members, "required": [first]}


def _holding(name: str, schema: Schema, *, needed: bool = False) -> Schema:
    told: dict[str, object] = {"type": "object", "properties": {name: schema}}
    return {**told, "required": [name]} if needed else told


def _effective() -> Operation:
    return Operation(
        id="permissions",
        topic="permissions",
        path="/a/{account}/access/v1/permissions",
        methods=("get",),
        title="Everybody’s permissions",
        words=(
            "Downloads what each user of an account may do, for services that decide "
            "by themselves. Each user counts as one decision of the key."
        ),
        scope="policy:read",
        parameters=(_ACCOUNT, REQUEST_ID, AT_LEAST, IF_NONE_MATCH),
        answers={
            200: stamped(
                "The permissions, at one revision.",
                "EffectivePermissions",
                etag=ETAG,
                valid_for=_VALID_FOR,
            ),
            304: _SAME,
            **errors(400, 401, 403, 404, 429, 503),
        },
        examples=(_effective_example(),),
    )


def _effective_example() -> Example:
    actions = ["draft.list", "draft.print", "draft.send", "draft.view"]
    return Example(
        name="download",
        words="Everybody’s permissions, shortened here",
        path=_PATH,
        answer={"account": ACCOUNT, "users": {USER: actions}, "valid_until": _DATE},
        abridged=True,
    )


def _own() -> Operation:
    elsewhere = Answer(
        words="To the sign-in page: nobody is signed in.",
        contents={_HTML: {"type": "string"}},
    )
    actions = ["draft.list", "draft.print", "draft.send", "draft.view"]
    example = Example(
        name="own",
        words="One’s own permissions, shortened here",
        path=_PATH,
        answer={
            "account": ACCOUNT,
            "user": USER,
            "actions": actions,
            "valid_until": _DATE,
        },
        abridged=True,
    )
    return Operation(
        id="own_permissions",
        topic="own_permissions",
        path="/a/{account}/access/v1/own/permissions",
        methods=("get",),
        title="One’s own permissions",
        words="Downloads what whoever is signed in may do: a user, or a delegate.",
        access="session",
        parameters=(_ACCOUNT, REQUEST_ID, AT_LEAST, IF_NONE_MATCH),
        answers={
            200: stamped(
                "The permissions, at one revision.",
                "OwnPermissions",
                etag=ETAG,
                valid_for=_VALID_FOR,
            ),
            302: elsewhere,
            304: _SAME,
            **errors(400, 404, 503),
        },
        examples=(example,),
    )


def _described_of_account(url: str) -> Operation:
    found = described(url, _OF_ACCOUNT, _PATH)
    nothing = Answer(
        words="No account is named so.",
        contents={_HTML: {"type": "string"}, PROBLEM: ref("Problem")},
    )
    note = "The endpoints of one account; it is not told whether the account exists."
    return replace(found, note=note, answers={**found.answers, 404: nothing})
