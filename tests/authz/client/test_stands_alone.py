"""The client is for services that have installed nothing of ours."""

import subprocess
import sys

ORDER = """
import sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "authz":
            raise ImportError(name)
sys.meta_path.insert(0, Nothing())
import authz.client
print(*sorted(name for name in sys.modules if name.split(".")[0] == "authz"))
"""


def test_it_loads_without_anything_installed_and_nothing_else_of_authz() -> None:
    found = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", ORDER],
        check=True,
        capture_output=True,
        text=True,
    )
    names = found.stdout.split()
    assert "authz.client" in names
    assert [n for n in names if not n.startswith("authz.client")] == ["authz"]


def test_every_name_of_its_door_is_there() -> None:
    import authz.client

    for name in authz.client.__all__:
        assert getattr(authz.client, name) is not None
