"""The simulator's page for people, and its memory: what was written stays, also across a restart."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import requests

from tests.x_simulator import XSimulator
from tests.x_simulator.caller import MENTIONS, Client

ROOT = Path(__file__).parents[2]


# The page


def test_a_citizen_writes_on_the_page_and_sees_the_reply_beneath(client: Client, x: XSimulator) -> None:
    form = {"name": "सुनीता साहू", "to": "BilaspurDist", "text": "ऑक्सीजन चाहिए, तिफरा"}
    page = requests.post(x.url + "/post", data=form, timeout=10)
    assert "@BilaspurDist ऑक्सीजन चाहिए, तिफरा" in page.text
    [plea] = client.every_page(MENTIONS)
    client.reply("मदद रास्ते में है", plea)
    thread = requests.get(x.url + "/threads", timeout=10).text
    assert thread.index("तिफरा") < thread.index("मदद रास्ते में है")
    answered = requests.post(
        x.url + "/reply", data={"name": "सुनीता साहू", "text": "मिल गया", "reply_to": plea}, timeout=10
    )
    assert "मिल गया" in answered.text


def test_a_hostile_post_is_shown_as_text(x: XSimulator) -> None:
    x.post("<script>alert(1)</script>", username="evil", name='"><img src=x onerror=alert(1)>')
    page = requests.get(x.url + "/", timeout=10)
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_an_empty_plea_comes_back_with_what_was_typed_and_what_is_missing(x: XSimulator) -> None:
    page = requests.post(x.url + "/post", data={"name": "", "text": "मेरी <माँ>"}, timeout=10)
    assert page.status_code == 400
    assert "नाम लिखें" in page.text
    assert "मेरी &lt;माँ&gt;" in page.text


def test_nobody_writes_on_the_page_in_the_name_of_a_handle(x: XSimulator) -> None:
    plea = x.post("@BilaspurDist मदद")
    form = {"name": "प्रशासन", "username": "BilaspurDist", "text": "सब ठीक है", "reply_to": plea}
    assert requests.post(x.url + "/reply", data=form, timeout=10).status_code == 400
    assert len(x.world.posts) == 1


def test_another_sites_page_may_not_write(x: XSimulator) -> None:
    answer = requests.post(x.url + "/_control/reset", headers={"Origin": "http://evil.example"}, timeout=10)
    assert answer.status_code == 403


# Memory and timeline


def test_a_restart_keeps_posts_replies_and_the_refusal_of_duplicates(tmp_path: Path) -> None:
    state = tmp_path / "x.jsonl"
    with XSimulator(state=state) as x:
        plea = x.post("@BilaspurDist मदद", username="ravi", name="रवि")
        Client(x).reply("दर्ज हुआ", plea)
    with state.open("ab") as file:
        file.write(b'{"post": {"id": 12')  # torn by a crash
    with XSimulator(state=state) as x:
        caller = Client(x)
        assert [reply["in_reply_to_tweet_id"] for reply in x.replies()] == [plea]
        assert caller.every_page(MENTIONS) == [plea]
        assert caller.reply("दर्ज हुआ", plea).status_code == 403
        later = x.post("@BilaspurDist फिर")
    with XSimulator(state=state) as x:
        assert Client(x).every_page(MENTIONS) == [later, plea]


def test_the_timeline_goes_on_where_it_was_and_ends(tmp_path: Path) -> None:
    lines = [
        {"id": f"T{n}", "text": f"@BilaspurDist {n}", "author": {"username": f"u{n}", "name": "क"}} for n in range(3)
    ]
    timeline, state = tmp_path / "timeline.jsonl", tmp_path / "x.jsonl"
    timeline.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    x = XSimulator(state=state, timeline=timeline)
    assert x.player.play_one()
    x.stop()
    x = XSimulator(state=state, timeline=timeline)
    assert [x.player.play_one(), x.player.play_one(), x.player.play_one()] == [True, True, False]
    assert [x.world.posts[number].text[-1] for number in x.world.everything] == ["0", "1", "2"]
    x.stop()


def test_it_starts_from_a_shell_plays_and_stops_cleanly_on_sigterm(tmp_path: Path) -> None:
    arguments = ["--port", "0", "--every", "0.01", "--state", str(tmp_path / "x.jsonl")]
    command = [sys.executable, "-m", "tests.x_simulator", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line.removeprefix("X simulator on ").strip()
        assert url.startswith("http://127.0.0.1:")
        assert requests.get(url, timeout=10).status_code == 200
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_shell_start_that_cannot_work_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.x_simulator", "--port", "0", "--handles", str(tmp_path / "none.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=20, check=False)
    assert done.returncode == 2
    assert "none.json" in done.stderr


def test_a_private_message_stands_below_the_citizen_s_newest_plea_and_is_marked(x: XSimulator) -> None:
    x.post("@BilaspurDist पहली", username="sunita_sahu")
    x.post("@BilaspurDist दूसरी", username="sunita_sahu")
    x.post("@BilaspurDist किसी और की", username="rakesh_y")
    x.world.write_directly("BilaspurDist", "sunita_sahu", "<b>हाँ या नहीं</b>")
    page = requests.get(x.url + "/threads", timeout=10).text
    assert page.count("&lt;b&gt;हाँ या नहीं") == 1
    assert page.index("किसी और की") < page.index("दूसरी") < page.index("हाँ या नहीं") < page.index("पहली")
    assert "Private: only sunita_sahu sees it" in page
