"""A case file read: facts in plain words, and what each person may then do.

Facts become the same rows the panel writes (`story_facts`); nothing here knows how the
model decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.policy import DatedRow, service_rows
from authz.policy.sections import Section, TomlFile
from authz.review.story_facts import Company, home_of, read_company, rows_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One person's allow and deny lists.

    Attributes:
        subject: who asks, as the engine is asked.
        account: where.
        allow: names or patterns of actions that must be allowed.
        deny: names or patterns of actions that must be refused.
        unknown: names the catalogue lacks, which must be refused all the same.
        rest_is_denied: whether everything that `allow` does not name must be refused.
        line: where its lists begin.
    """

    subject: str
    account: str
    allow: tuple[str, ...]
    deny: tuple[str, ...]
    unknown: tuple[str, ...]
    rest_is_denied: bool
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One story.

    Attributes:
        name: the story in a few words.
        file: where it stands.
        line: the line of its header.
        rows: account -> the rows its facts stand for.
        asks: what is asked.
    """

    name: str
    file: str
    line: int
    rows: Mapping[str, tuple[DatedRow, ...]]
    asks: tuple[Ask, ...]


def read_cases(text: str, file: str) -> tuple[Case, ...]:
    """All cases of a file.

    Raises:
        PolicyError: with everything that is not as README.md describes.
    """
    toml = TomlFile(text, file)
    toml.only("title", "case")
    toml.text("title")
    lines = text.splitlines()
    found = tuple(_case(section, lines) for section in toml.array("case"))
    toml.raise_faults()
    return found


def _case(section: Section, lines: list[str]) -> Case:
    section.only("name", "accounts", "people", "ask")
    companies = {n: read_company(s) for n, s in section.children("accounts").items()}
    if not companies:
        section.fault('needs an account: accounts.rossi = { edition = "FE" }')
    rows = {
        f"a_{n}": list(service_rows(f"a_{n}", company.contract))
        for n, company in companies.items()
    }
    homes: dict[str, str] = {}
    for name, person in section.children("people").items():
        homes[name] = home_of(person, companies)
        for account, dated in rows_of(name, person, homes[name], companies).items():
            rows.setdefault(account, []).extend(dated)
    heads = _ask_lines(lines, section.line)
    asks = tuple(
        _ask(
            ask, homes, companies, heads[index] if index < len(heads) else section.line
        )
        for index, ask in enumerate(section.rows("ask"))
    )
    if not asks:
        section.fault("asks nothing: add [[case.ask]]")
    return Case(
        name=section.text("name"),
        file=section.file,
        line=section.line,
        rows={account: tuple(dated) for account, dated in rows.items()},
        asks=asks,
    )


def _ask(
    section: Section,
    homes: Mapping[str, str],
    companies: Mapping[str, Company],
    line: int,
) -> Ask:
    section.line = line
    section.only("who", "subject", "in", "account", "allow", "deny", "unknown", "rest")
    who = section.word("who", "")
    if who not in homes and not section.has("subject"):
        section.fault("needs `who`, one of the people, or `subject`, taken as it is")
    where = section.word("in", homes.get(who, ""))
    if where not in companies and not section.has("account"):
        section.fault("needs `in`, one of the accounts, or `account`, taken as it is")
    rest = section.word("rest", "")
    if rest not in ("", "deny"):
        section.fault("has a `rest` that is not deny")
    return Ask(
        subject=section.word("subject", f"u_{who}"),
        account=section.word("account", f"a_{where}"),
        allow=section.maybe_texts("allow"),
        deny=section.maybe_texts("deny"),
        unknown=section.maybe_texts("unknown"),
        rest_is_denied=rest == "deny",
        line=line,
    )


def _ask_lines(lines: list[str], case_line: int) -> list[int]:
    """The lines of the `[[case.ask]]` headers that follow a case's own header."""
    found = []
    for number, line in enumerate(lines[case_line:], start=case_line + 1):
        if line.strip() == "[[case]]":
            break
        if line.strip() == "[[case.ask]]":
            found.append(number)
    return found
