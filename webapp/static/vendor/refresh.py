"""Fetch the vendored browser files again, with ``npm pack``, and write their hashes.

Run it by hand after changing a version below; nothing at run time needs it.
The files go to ``<package>-<version>/`` beside this script, the sprite of icons
to ``../icons.svg``, and name, version, licence and SHA-384 to ``VENDOR.toml``.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPRITE = HERE.parent / "icons.svg"
ICONS = (
    "arrow-counterclockwise",
    "arrow-left",
    "box-arrow-right",
    "calendar3",
    "check-circle-fill",
    "check-lg",
    "chevron-down",
    "chevron-right",
    "circle-fill",
    "clipboard",
    "clock",
    "dash-lg",
    "download",
    "envelope",
    "exclamation-triangle-fill",
    "eye",
    "file-earmark-pdf",
    "info-circle-fill",
    "key",
    "list",
    "lock-fill",
    "pause-fill",
    "pencil",
    "person-plus-fill",
    "plus-lg",
    "search",
    "send-fill",
    "shield-check",
    "trash",
    "upload",
    "x-lg",
    "x-octagon",
)


@dataclass(frozen=True)
class Package:
    """One package of the npm registry and the files taken from it."""

    name: str
    version: str
    licence: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Name of its folder here: the last part of its name, and its version."""
        return f"{self.name.rsplit('/', 1)[-1]}-{self.version}"


PACKAGES = (
    Package(
        "bootstrap",
        "5.3.9",
        "MIT",
        {
            "dist/css/bootstrap-reboot.min.css": "bootstrap-reboot.min.css",
            "LICENSE": "LICENSE",
        },
    ),
    Package(
        "htmx.org",
        "4.0.1",
        "0BSD",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "@fontsource-variable/source-sans-3",
        "5.3.1",
        "OFL-1.1",
        {
            "files/source-sans-3-latin-wght-normal.woff2": (
                "source-sans-3-latin-wght-normal.woff2"
            ),
            "LICENSE": "LICENSE",
        },
    ),
    Package("bootstrap-icons", "1.13.2", "MIT", {"LICENSE": "LICENSE"}),
)


def unpack(package: Package, into: Path) -> Path:
    """Download one package and return the folder with its files."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed")
    order = [npm, "pack", "--silent", f"{package.name}@{package.version}"]
    subprocess.run(order, cwd=into, check=True, capture_output=True)  # noqa: S603
    (archive,) = into.glob("*.tgz")
    with tarfile.open(archive) as bundle:
        bundle.extractall(into, filter="data")
    return into / "package"


def copy(package: Package, source: Path) -> list[Path]:
    """Copy the wanted files of an unpacked package; source maps are cut off."""
    folder = HERE / package.folder
    folder.mkdir(exist_ok=True)
    written = []
    for origin, name in package.files.items():
        content = (source / origin).read_bytes()
        content = re.sub(rb"\n?/[/*]# sourceMappingURL=[^\n]*\n?", b"\n", content)
        (folder / name).write_bytes(content)
        written.append(folder / name)
    return written


def sprite(source: Path) -> Path:
    """Write the one file that holds every icon used, each as a ``<symbol>``."""
    symbols = []
    for name in ICONS:
        drawing = (source / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        body = re.sub(r"^\s*<svg[^>]*>|</svg>\s*$", "", drawing).strip()
        body = re.sub(r"\n\s*", "", body)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{body}</symbol>')
    lines = "\n".join(symbols)
    start = '<svg xmlns="http://www.w3.org/2000/svg">'
    SPRITE.write_text(f"{start}\n{lines}\n</svg>\n", encoding="utf-8")
    return SPRITE


def sha384(path: Path) -> str:
    """Return the hash of a file as browsers write it in ``integrity``."""
    digest = hashlib.sha384(path.read_bytes()).digest()
    return "sha384-" + base64.b64encode(digest).decode("ascii")


def entry(package: Package, path: Path) -> str:
    """Return one ``[[file]]`` table of VENDOR.toml."""
    place = path.relative_to(HERE.parent).as_posix()
    return (
        f'[[file]]\nname = "{package.name}"\nversion = "{package.version}"\n'
        f'licence = "{package.licence}"\nfile = "{place}"\n'
        f'sha384 = "{sha384(path)}"\n'
    )


def main() -> None:
    """Refresh everything."""
    tables = ["# Written by refresh.py: what is vendored, under which licence.\n"]
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as scratch:
            source = unpack(package, Path(scratch))
            written = copy(package, source)
            if package.name == "bootstrap-icons":
                written.append(sprite(source))
        tables += [entry(package, path) for path in written]
        sys.stdout.write(f"{package.name} {package.version}\n")
    (HERE / "VENDOR.toml").write_text("\n".join(tables), encoding="utf-8")


if __name__ == "__main__":
    main()
