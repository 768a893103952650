"""The site as each role meets it in a browser: what is offered is what is allowed, with a script and without one."""

import csv
import gzip
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve
from playwright.sync_api import Page, Response, expect

from cases import access
from cases.actions import allowed_moves
from cases.models import Case, Event, Notice
from cases.notify.push import payload_of
from cases.work.forms import FORMS
from cases.work.templatetags.desk import DOORS
from cases.workflow import Move, Outcome, Status
from districts.models import Officer, Role
from tests.browsing import PHONE
from tests.conftest import CaseMaker, Cast, Map
from tests.live import LIVE, Live

pytestmark = LIVE
SECONDS = 1000.0
ENOUGH = 100 * 1024  # bytes of a page and everything it loads
LOOKS = (("phone", "hi"), ("wide", "en"))
QUIET = """() => {
  window.beeps = 0;
  window.AudioContext = class {
    state = "running"; currentTime = 0; destination = {};
    resume() { return Promise.resolve(); }
    createOscillator() {
      const tone = { frequency: {}, connect: (next) => next, start: () => { window.beeps += 1; }, stop: () => {} };
      return tone;
    }
    createGain() {
      return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (next) => next };
    }
  };
}"""
ENDPOINT = "https://fcm.googleapis.com/fcm/send/officer-1"
# Chromium of the tests has no push service: what it would answer is put in its place, all else is the page's own.
ANSWERS = f"""() => {{
  const given = {{ endpoint: "{ENDPOINT}", keys: {{ p256dh: "B".repeat(87), auth: "A".repeat(22) }} }};
  PushManager.prototype.subscribe = async (asked) => {{
    window.asked = [asked.userVisibleOnly, asked.applicationServerKey.length];
    return {{ endpoint: given.endpoint, toJSON: () => given, unsubscribe: async () => true }};
  }};
}}"""


def allowed_pages(role: str) -> dict[str, bool]:
    """Which pages the table opens to a role, by the names of their addresses."""
    with Path(__file__).with_name("expected_access.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["method"] == "GET" and row["place"] in {"-", "own"}]
    return {row["page"]: row[role] == "yes" for row in rows}


def paths_in(page: Page, where: str) -> set[str]:
    """Where the links of this part of the page lead, on this site; hidden ones too."""
    found = page.locator(f"{where} a[href]").evaluate_all("nodes => nodes.map(node => node.href)")
    here = urlsplit(page.url).netloc
    return {urlsplit(href).path for href in found if urlsplit(href).netloc == here}


def moves_on(page: Page) -> set[str]:
    """The moves of the case that the page offers, as a form, a tap, or a part to open."""
    where = "nodes => nodes.map(n => n.getAttribute('action') || n.getAttribute('hx-get') || n.getAttribute('href'))"
    found = page.locator("#case :is(form, [hx-get], a[href])").evaluate_all(where)
    matches = (re.search(r"/cases/[^/]+/([a-z_]+)/$", path or "") for path in found)
    return {match[1] for match in matches if match} & {move.value for move in FORMS}


def walk(live: Live, officer: Officer, role: str, look: tuple[str, str], own: Case, other: Case) -> None:
    """One role: the doors of the frame, each of them opened; the own case; the case of another district."""
    size, language = look
    page = live.open(officer, "/", size=size, language=language)
    opened = page.goto(f"{live.url}/desk/")
    assert opened is not None
    assert opened.status == 200, role
    open_to = allowed_pages(role)
    offered = paths_in(page, ".desk-nav")
    names = {resolve(path).url_name for path in offered} & set(open_to)  # that no page lacks a row: test_roles
    assert names - {"offers"} == {door.name for door in DOORS if open_to.get(door.name)} - {"offers"}, role
    assert ("offers" in names) == access.may_settle_offers(officer), role  # who settles none reads them beside the case
    for path in sorted(offered | paths_in(page, "header")):
        assert page.request.get(f"{live.url}{path}", max_redirects=0).status == 200, (role, path)
    page.goto(f"{live.url}/cases/{own.reference}/")
    assert moves_on(page) == {move.value for move in allowed_moves(own, officer)} & set(FORMS), role
    refused = page.goto(f"{live.url}/cases/{other.reference}/")
    assert refused is not None
    assert refused.status == 404, role
    assert other.reference not in page.inner_text("main")
    page.context.close()


def test_each_role_is_offered_what_it_may_do_and_nothing_else(
    live: Live, cast: Cast, make_case: CaseMaker, small_map: Map
) -> None:
    own = make_case(officer=cast.ravi)
    far = {"state": small_map.rj, "district": small_map.jaipur, "block": None}
    other = make_case(**far)
    roles: dict[str, Officer] = {
        Role.NODAL_OFFICER: cast.meena, Role.DISTRICT_NODAL: cast.sunita, Role.COLLECTOR: cast.collector,
        Role.OPERATOR: cast.operator, Role.DOCTOR: cast.doctor, Role.STATE_ADMIN: cast.state_admin,
        Role.AUDITOR: cast.auditor,
    }  # fmt: skip
    assert set(roles) == set(Role.values)
    for number, (role, officer) in enumerate(roles.items()):
        walk(live, officer, role, LOOKS[number % 2], own, other)


def test_the_first_case_page_is_light(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    case = make_case(officer=cast.meena, patient_age=58, spo2=82)
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        sizes.setdefault(answer.url, len(gzip.compress(answer.body(), 6)))

    fresh = live.open(cast.meena, "/healthz/live")
    fresh.on("response", weigh)
    fresh.goto(f"{live.url}/cases/{case.reference}/", wait_until="networkidle")
    assert fresh.locator("#case .case__title").count() == 1
    assert any(url.endswith(".css") for url in sizes)
    assert sum(sizes.values()) <= ENOUGH, sorted(sizes.items(), key=lambda pair: -pair[1])


def test_without_scripts_an_officer_signs_in_acknowledges_and_resolves(
    live: Live, cast: Cast, make_case: CaseMaker
) -> None:
    case = make_case(officer=cast.meena)
    context = live.browser.new_context(viewport=PHONE, locale="en-IN", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live.url}/cases/{case.reference}/")
    page.fill("#id_username", "meena")
    page.fill("#id_password", "sahayata-test")
    page.click(".sign-in button.button--primary")
    assert page.url == f"{live.url}/cases/{case.reference}/"
    page.locator(".bar form[action$='/acknowledge/'] button").click()
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED
    page.locator("#move-resolve > summary").click()
    form = page.locator("#move-resolve form")
    form.locator(f"input[name=outcome][value={Outcome.HELPED.value}]").check()
    form.locator("textarea").first.fill("Cylinder brought home.")
    form.locator("button[type=submit]").click()
    case.refresh_from_db()
    assert (case.status, case.resolution) == (Status.RESOLVED, "Cylinder brought home.")
    moves = set(Event.objects.filter(case=case, actor=cast.meena).values_list("kind", flat=True))
    assert {Event.Kind.ACKNOWLEDGED, Event.Kind.RESOLVED} <= moves
    assert Move.ACKNOWLEDGE not in allowed_moves(case, cast.meena)


def test_a_new_critical_case_is_heard_three_tones_and_counted(live: Live, cast: Cast, make_case: CaseMaker) -> None:
    make_case(officer=cast.meena)
    page = live.open(cast.meena, "/me/notices/")
    page.add_init_script(f"({QUIET})()")
    page.clock.install()
    page.goto(f"{live.url}/desk/?tab=mine")
    page.locator("body").click(position={"x": 5, "y": 400})  # a browser makes no sound before the first tap
    make_case(officer=cast.meena, urgency="normal")
    page.clock.run_for(6_000)
    expect(page.locator("#queue .case-card")).to_have_count(2, timeout=15 * SECONDS)
    assert page.evaluate("window.beeps") == 0
    make_case(officer=cast.meena)
    page.clock.run_for(6_000)
    expect(page).to_have_title(re.compile(r"^\(1\) "), timeout=15 * SECONDS)
    assert page.evaluate("window.beeps") == 3


def test_a_phone_is_told_and_shows_what_the_office_sends(
    live: Live, cast: Cast, make_case: CaseMaker, settings: Any
) -> None:
    settings.VAPID_PUBLIC_KEY = "B" * 87
    page = live.open(cast.meena, "/me/notices/")
    page.context.grant_permissions(["notifications"], origin=live.url)
    page.add_init_script(f"({ANSWERS})()")
    page.goto(f"{live.url}/desk/")
    page.locator("#alerts > summary").click()
    page.locator("[data-push-on]").click()
    expect(page.locator("[data-push-off]")).to_be_visible(timeout=10 * SECONDS)
    assert page.evaluate("window.asked") == [True, 65]
    assert list(cast.meena.push_subscriptions.values_list("endpoint", flat=True)) == [ENDPOINT]

    talk = page.context.new_cdp_session(page)
    versions: list[dict[str, Any]] = []
    talk.on("ServiceWorker.workerRegistrationUpdated", lambda said: versions.extend(said["registrations"]))
    talk.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    expect(page.locator("[data-push-off]")).to_be_visible()
    case = make_case(officer=cast.meena)
    notice = Notice(
        officer=cast.meena, case=case, channel="push", template="assigned", language="en", rank=0,
        text="A case is yours.",
    )  # fmt: skip
    payload = payload_of(notice)
    talk.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": live.url, "registrationId": versions[0]["registrationId"], "data": json.dumps(payload)},
    )
    page.wait_for_function("async () => (await (await navigator.serviceWorker.ready).getNotifications()).length === 1")
    shown = page.evaluate(
        "async () => { const [n] = await (await navigator.serviceWorker.ready).getNotifications();"
        " return [n.title, n.body, n.tag, n.data.url, n.requireInteraction]; }"
    )
    assert shown == [payload["title"], "A case is yours.", f"case-{case.pk}", payload["url"], True]
