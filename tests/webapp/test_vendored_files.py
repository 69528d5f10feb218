"""What the browser gets: vendored files as recorded, nothing from elsewhere."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

WEBAPP = Path(__file__).resolve().parents[2] / "webapp"
STATIC = WEBAPP / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((WEBAPP / "templates").rglob("*.html"))
OWN_ASSETS = sorted([*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")])
UNLISTED = {"VENDOR.toml", "refresh.py"}


def _listed() -> dict[str, dict[str, str]]:
    record = tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))
    return {entry["file"]: entry for entry in record["file"]}


def _named(path: Path) -> str:
    return path.relative_to(WEBAPP).as_posix()


@pytest.mark.parametrize("file", sorted(_listed()))
def test_a_vendored_file_is_the_recorded_one(file: str) -> None:
    digest = hashlib.sha384((STATIC / file).read_bytes()).digest()
    expected = "sha384-" + base64.b64encode(digest).decode("ascii")
    assert _listed()[file]["sha384"] == expected


def test_no_vendored_file_is_unlisted() -> None:
    found = {
        path.relative_to(STATIC).as_posix()
        for path in VENDOR.rglob("*")
        if path.is_file()
        and path.name not in UNLISTED
        and "__pycache__" not in path.parts
    }
    assert found == {file for file in _listed() if file.startswith("vendor/")}


def test_each_vendored_package_has_its_licence_beside_it() -> None:
    folders = [path for path in VENDOR.iterdir() if "-" in path.name]
    assert folders
    for folder in folders:
        assert (folder / "LICENSE").stat().st_size > 0, folder.name


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    sprite = (STATIC / "icons.svg").read_text(encoding="utf-8")
    present = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    for path in TEMPLATES:
        named = re.findall(r'icon\("([a-z0-9-]+)"\)', path.read_text(encoding="utf-8"))
        assert set(named) <= present, _named(path)


@pytest.mark.parametrize("path", TEMPLATES + OWN_ASSETS, ids=_named)
def test_nothing_is_fetched_from_another_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|url\(\s*[\"']?(//|data:)|@import", text)
    assert not re.search(r"(src|href|action)\s*=\s*[\"']//", text)


@pytest.mark.parametrize("path", OWN_ASSETS, ids=_named)
def test_a_file_that_css_points_to_exists(path: Path) -> None:
    for target in re.findall(r"url\(\"?([^\")]+)\"?\)", path.read_text("utf-8")):
        assert (path.parent / target).resolve().is_file(), target


@pytest.mark.parametrize("path", TEMPLATES, ids=_named)
def test_a_template_has_nothing_that_the_csp_forbids(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style\b", text, re.IGNORECASE)
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", text, re.IGNORECASE)
    assert not re.search(r"\sstyle\s*=", text, re.IGNORECASE)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text, re.IGNORECASE)
    assert not re.search(r"javascript:|hx-on|hx-vals=[\"']js:", text, re.IGNORECASE)
