"""AuthZEN 1.0: request -> question -> answer, as bytes; knows no web and no accounts.

`answer_one` and `answer_many` serve any `Source`: the panel's enforcer, a bare folder.
`parse` reads JSON that no two parsers read differently.
"""

from authz.pdp.answers import MAX_ITEMS, Answer, answer_many, answer_one
from authz.pdp.messages import (
    Action,
    BadRequestError,
    Evaluation,
    ItemError,
    Outcome,
    Resource,
    Source,
    Subject,
)
from authz.pdp.strict_json import parse

__all__ = [
    "MAX_ITEMS",
    "Action",
    "Answer",
    "BadRequestError",
    "Evaluation",
    "ItemError",
    "Outcome",
    "Resource",
    "Source",
    "Subject",
    "answer_many",
    "answer_one",
    "parse",
]
