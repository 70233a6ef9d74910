"""A person's way through the portal in a real browser: sign in, create, watch, play, seek, download."""

import json
import os
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.heavy]

MAKING_MS = 120_000
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
NARROWEST = {"width": 320, "height": 700}
BRIEF = {
    "genre": "jazz",
    "mood": "calm",
    "tempo": 120,
    "key": "C minor",
    "duration": 30,
    "seed": 7,
    "complexity": "simple",
}
OpenContext = Callable[..., BrowserContext]


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/accounts/login/")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(site.email)
    page.get_by_label("Password", exact=True).fill(site.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/(create|library)"))


def ask_over_http(site: Site, path: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Token {token}"} if token else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{site.address}/api/v1/{path}", data, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


@pytest.fixture(scope="module")
def track_path(site: Site) -> str:
    """The path of a finished track's page, asked for through the API as a script would."""
    token = ask_over_http(site, "token", {"email": site.email, "password": site.password})["token"]
    made = ask_over_http(site, "generations", BRIEF, token)
    with urllib.request.urlopen(
        urllib.request.Request(
            f"{site.address}/api/v1/generations/{made['id']}/events", headers={"Authorization": f"Token {token}"}
        ),
        timeout=MAKING_MS / 1000,
    ) as events:
        assert "completed" in events.read().decode()
    return f"/tracks/{made['id']}"


# Kept across the reload that ends the waiting.
NOTE_PROGRESS = """
setInterval(() => {
  const bar = document.querySelector("progress");
  if (bar) sessionStorage.seen = `${sessionStorage.seen ?? ""} ${bar.value}`;
}, 50);
"""


def test_from_signing_in_to_the_files(site: Site, open_context: OpenContext, tmp_path: Path) -> None:
    page = open_context(viewport=DESKTOP).new_page()
    page.add_init_script(NOTE_PROGRESS)
    faults: list[str] = []
    statuses: set[int] = set()
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda answer: statuses.add(answer.status) if "/files/" in answer.url else None)

    sign_in(page, site)
    page.goto(f"{site.address}/create")
    jazz = page.get_by_role("heading", name="Jazz", exact=True)
    page.get_by_role("radiogroup", name="Genre").locator("label").filter(has=jazz).click()
    page.get_by_label("Mood", exact=True).select_option("calm")
    page.get_by_label("Key", exact=True).select_option("C minor")
    page.get_by_label("Tempo", exact=True).fill("120")
    page.get_by_label("Length", exact=True).fill("60")
    page.get_by_role("radiogroup", name="Complexity").get_by_role("radio", name="Complex", exact=True).check()
    page.get_by_label("Title", exact=True).fill("Harbour at dusk")
    page.get_by_role("button", name="Make it").click()

    page.wait_for_url(re.compile(r"/tracks/[0-9a-f-]{36}$"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.locator(".ribbon-stage.drawn")).to_be_visible(timeout=MAKING_MS)
    seen = [int(value) for value in page.evaluate("sessionStorage.seen").split()]
    assert seen == sorted(seen)
    assert len(set(seen)) > 1, "progress was shown, and it moved"
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour at dusk")

    clock = page.locator("[data-time]")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(clock).to_have_text(re.compile("0:0[2-9]"), timeout=20_000)
    page.get_by_role("slider", name="Position").click(position={"x": 0.75 * width_of(page), "y": 40})
    expect(clock).to_have_text(re.compile("0:4[6-9]|0:5"), timeout=20_000)  # three quarters of 60 s, and on
    page.get_by_role("button", name="Pause").click()
    paused_at = int(clock.inner_text()[-2:])
    page.keyboard.press("ArrowLeft")
    expect(clock).to_have_text(re.compile(f"0:({paused_at - 5}|{paused_at - 4})"))
    assert 206 in statuses, "the sound came as a range"

    files = {suffix: download(page, suffix, tmp_path) for suffix in ("mp3", "wav", "flac", "mid")}
    assert files["mid"].read_bytes()[:4] == b"MThd"
    for suffix in ("mp3", "wav", "flac"):
        assert soundfile.info(files[suffix]).duration == pytest.approx(60, abs=0.1 if suffix == "mp3" else 1e-6)

    page.goto(f"{site.address}/library")
    expect(page.get_by_role("link", name="Harbour at dusk").first).to_be_visible()
    assert faults == []


def width_of(page: Page) -> float:
    box = page.get_by_role("slider", name="Position").bounding_box()
    assert box is not None
    return box["width"]


def download(page: Page, suffix: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.locator(f'a[download$=".{suffix}"]').click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    assert path.suffix == f".{suffix}"
    return path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_shuts_anybody_out(site: Site, track_path: str, open_context: OpenContext, theme: str) -> None:
    """axe-core finds nothing serious on any page, in either theme."""
    axe = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
    page = open_context(viewport=DESKTOP, color_scheme=theme, reduced_motion="reduce").new_page()
    found = []
    for path in ("/", "/accounts/login/", "/accounts/signup/"):
        found += serious_violations(page, site.address + path, axe)
    sign_in(page, site)
    for path in ("/create", "/library", "/account", track_path):
        found += serious_violations(page, site.address + path, axe)
    assert found == []


def serious_violations(page: Page, address: str, axe: str) -> list[str]:
    page.goto(address)
    page.evaluate(axe)  # the content policy lets no script tag in
    violations = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{address}: {violation['id']}: {node['target']}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP, NARROWEST], ids=["phone", "desktop", "narrowest"])
def test_pages_fit_the_screen(
    site: Site, track_path: str, open_context: OpenContext, viewport: dict[str, int], theme: str
) -> None:
    """Nothing is wider than the screen. With SCREENSHOTS=folder, pictures are kept there."""
    page = open_context(viewport=viewport, color_scheme=theme).new_page()
    sign_in(page, site)
    for name, path in (("create", "/create"), ("track", track_path), ("library", "/library")):
        page.goto(site.address + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= viewport["width"], name
        if folder := os.environ.get("SCREENSHOTS"):
            target = Path(folder).resolve() / f"{name}-{viewport['width']}-{theme}.png"
            page.screenshot(path=target, full_page=True)
