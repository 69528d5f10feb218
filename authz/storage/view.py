"""`casbin_rule`: the rows in force now, in the shape that every Casbin tool expects."""

_NOW = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
    "postgresql": "(now() AT TIME ZONE 'utc')",
}

_VIEW = """
CREATE VIEW casbin_rule AS
WITH live AS (
    SELECT account_id, ptype, v0, v1, v2, v3, v4, v5
    FROM policy_row
    WHERE revision_removed IS NULL
      AND (not_before IS NULL OR not_before <= {now})
      AND (not_after IS NULL OR {now} < not_after)
), accounts AS (
    SELECT DISTINCT account_id FROM live WHERE account_id <> '*'
), rules AS (
    SELECT ptype, v0, v1, v2, v3, v4, v5 FROM live WHERE account_id <> '*' OR ptype = 'p'
    UNION ALL
    SELECT ptype, v0, v1, accounts.account_id, v3, v4, v5
    FROM live CROSS JOIN accounts
    WHERE live.account_id = '*' AND live.ptype = 'g'
)
SELECT row_number() OVER (ORDER BY ptype DESC, v0, v1, v2, v3, v4, v5) AS id, ptype, v0,
       v1, NULLIF(v2, '') AS v2, NULLIF(v3, '') AS v3, NULLIF(v4, '') AS v4,
       NULLIF(v5, '') AS v5
FROM rules
"""


def create_view(dialect: str) -> str:
    """The statement that makes the view, for `sqlite` or `postgresql`.

    `*` in a release row is written out per account. The legality of each set is the
    snapshot's business (authz.policy.legal): the view shows rows as they are stored.
    """
    return _VIEW.format(now=_NOW[dialect])
