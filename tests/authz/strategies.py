"""Random facts of the field: accounts in every state, sets of permissions."""

from hypothesis import strategies as st

from tests.authz.oracle import Account, legal
from tests.authz.world import RELEASE

NAMES = tuple(RELEASE.permissions)
DAYS = st.sampled_from([-200, -91, -90, -89, -30, -1, 0, 1, 100])
accounts = st.builds(
    Account,
    edition=st.sampled_from(["FE", "FE", "SR"]),
    started=st.sampled_from([True, True, True, False]),
    last_day=DAYS,
    space_full=st.booleans(),
    modules=st.dictionaries(
        st.sampled_from(["documents", "payments", "orders", "woocommerce"]), DAYS
    ),
    second_factor=st.booleans(),
)
permission_sets = st.frozensets(st.sampled_from(NAMES))
#: Three in four are legal, so that an act mostly does something.
mostly_legal_sets = permission_sets.flatmap(
    lambda names: st.sampled_from([names, *[frozenset(legal(names))] * 3])
)
