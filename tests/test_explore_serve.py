"""The explore page's server: nothing answers without the key, nobody runs code with it, and nothing is left when it ends."""

import asyncio
import json
import signal
import socket
import stat
import sys
import tempfile
import uuid
from pathlib import Path

import psutil
import pytest
from live import LONG, Server, cookies_of, kernel_of, serving, small_notebook, small_run, until
from running import alive
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cqi.explore import seats
from cqi.explore.serve import Asked, chosen_run, serve
from cqi.vocabulary import CqiError

SECRET = "a secret word of a failure"
AROUND = f"""import json, os
from IPython.display import HTML, display
display(HTML("<p>cells ran</p><pre>" + json.dumps(sorted(os.environ.items())) + "</pre>"))
display(HTML("<p>handed: " + " ".join([run, profile, journal]) + "</p>"))"""
FAILING = f"raise ValueError({SECRET!r})"
V1 = "v1.kernel.websocket.jupyter.org"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("explored")


@pytest.fixture(scope="module")
def short():
    """A place for temporary files with a short path, as a socket needs."""
    with tempfile.TemporaryDirectory(prefix="cqi-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def server(place, short):
    """A server for two people, with a notebook that shows what surrounds it and then fails, and a home and a place for temporary files to look into."""
    (place / "home").mkdir()
    run = small_run(place / "out", "2026-06-30")
    with serving("--out", str(run), "--people", "2", "--journal", str(place / "said.sqlite"), HOME=str(place / "home"), TMPDIR=str(short),
                 CQI_NOTEBOOKS=str(small_notebook(place / "notebooks", AROUND, FAILING)), JUPYTER_TOKEN="of-another-server") as found:
        yield found


@pytest.fixture
def opened(server):
    """A page as somebody with the key gets it: the answer, and the cookies. It is closed afterwards."""
    cookies = server.entered()
    page = server.ask("/", cookies=cookies)
    assert page.status == 200
    cookies |= cookies_of(page)
    yield page, cookies
    closed(server, kernel_of(page), cookies)


def closed(server: Server, kernel: str, cookies: dict[str, str]):
    return server.ask(f"/voila/api/shutdown/{kernel}", "POST", cookies=cookies, X_XSRFToken=cookies["_xsrf"])


def line_to(server: Server, kernel: str, cookies: dict[str, str], **options):
    sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    return connect(f"ws://{server.netloc}/api/kernels/{kernel}/channels?session_id=a", additional_headers=sent, open_timeout=LONG, **options)


# Which run


def test_the_newest_run_that_was_published_for_the_profile_is_shown(tmp_path):
    small_run(tmp_path, "2025-12-31", "2026-03-31", profiles=("internal", "release"))
    small_run(tmp_path, "2026-06-30", profiles=("internal",))
    assert chosen_run(tmp_path, "", "internal") == tmp_path / "2026-06-30"
    assert chosen_run(tmp_path, "", "release") == tmp_path / "2026-03-31"
    assert chosen_run(tmp_path, "2025-12-31", "release") == tmp_path / "2025-12-31"


@pytest.mark.parametrize("day", ["../2026-06-30", "June", "2026-06-31"])
def test_a_day_is_a_day(tmp_path, day):
    with pytest.raises(CqiError, match="is not a day such as 2026-06-30"):
        chosen_run(small_run(tmp_path), day, "release")


@pytest.mark.parametrize(("profiles", "day", "words"), [((), "", "no finished run .* make review"), (("internal",), "", "cqi review --profile release"),
                                                        (("release",), "2026-03-31", "no finished run in 2026-03-31")])
def test_no_run_to_show_says_which_command_makes_one(tmp_path, profiles, day, words):
    if profiles:
        small_run(tmp_path, profiles=profiles)
    with pytest.raises(CqiError, match=words):
        serve(Asked(out=tmp_path, as_of=day))


def test_a_run_that_was_stopped_is_not_shown(tmp_path):
    (tmp_path / "2026-06-30" / "restricted").mkdir(parents=True)
    with pytest.raises(CqiError, match="cqi review --resume"):
        serve(Asked(out=tmp_path))


# Where it may be reached


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.20", "::", "explore.agency.example", "127.0.0.1.agency.example", ""])
def test_an_address_that_others_can_reach_needs_a_proxy(tmp_path, address):
    with pytest.raises(CqiError, match="Put a proxy with TLS in front"):
        serve(Asked(out=small_run(tmp_path), address=address))


@pytest.mark.parametrize("proxy", ["yes", "http://explore.agency.example", "https://", "https://explore.agency.example/path", "https://a.example?x"])
def test_a_proxy_is_named_by_its_https_address(tmp_path, proxy):
    with pytest.raises(CqiError, match="not the address of a proxy"):
        serve(Asked(out=small_run(tmp_path), address="0.0.0.0", proxy=proxy))


def test_a_port_in_use_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CqiError, match=f"something else uses this port.*--port {port + 1}"):
            serve(Asked(out=small_run(tmp_path), port=port))


@pytest.mark.parametrize("wrong", [{"people": 0}, {"port": -1}, {"port": 65536}])
def test_numbers_that_mean_nothing_are_said(tmp_path, wrong):
    with pytest.raises(CqiError, match="--people must be 1 or more"):
        serve(Asked(out=small_run(tmp_path), **wrong))


@pytest.mark.parametrize("part", ["voila", "ipywidgets", "jupyter_server"])
def test_parts_that_are_not_installed_are_named_with_the_command(tmp_path, monkeypatch, part):
    monkeypatch.setitem(sys.modules, part, None)
    with pytest.raises(CqiError, match=r'pip install "cqi-workbook\[explore\]"'):
        serve(Asked(out=small_run(tmp_path)))


# Without the key

ANY = str(uuid.UUID(int=1))
LOCKED = [f"/api/kernels/{ANY}", f"/api/kernels/{ANY}/channels", f"/voila/api/shutdown/{ANY}", "/", "/?token=", "/voila/static/voila.js",
          "/voila/templates/cqi/static/start.js", "/voila/labextensions/@jupyter-widgets/jupyterlab-manager/package.json"]
MISSING = ["/api", "/api/kernels", "/api/sessions", "/api/contents", "/api/contents/explore.ipynb", "/api/terminals", "/api/kernelspecs", "/api/config/x",
           "/api/status", "/api/spec.yaml", "/api/me", "/terminals/1", "/nbconvert/html/explore.ipynb", "/files/explore.ipynb", "/view/explore.ipynb",
           "/tree", "/lab", "/metrics", "/logout", "/explore.ipynb", "/voila", "/voila/tree", "/voila/render/explore.ipynb", "/voila/files/explore.ipynb",
           "/voila/files/../open.html", f"/voila/query/{ANY}", f"/voila/execution/{ANY}", "/voila/api/contents/", "/voila/api/themes/", "/static/favicon.ico",
           "/voila/templates/lab/static/index.css", "//", "/..%2f..%2fetc/passwd"]


@pytest.mark.parametrize("path", LOCKED + MISSING)
def test_no_address_answers_without_the_key(server, path):
    forms = ({}, {"cookies": {f"cqi-explore-{server.port}": "2|1:0|10:1|4:name|4:YWJj|00"}}, {"Authorization": f"token {server.key}"},
             {"Authorization": "token of-another-server"})
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        for given in forms:
            answer = server.ask(path, method, **given)
            assert answer.status in (302, 403, 405), (method, given, answer)
            if answer.status == 302:
                assert answer.headers["Location"].startswith("/login?next=")
            assert {name: value for name, value in cookies_of(answer).items() if name.startswith("cqi-explore") and value != '""'} == {}
            assert answer.text == "" or "This address is not open to you." in answer.text or "could not be made" in answer.text


def test_the_key_in_an_address_opens_the_way_in_only(server):
    for path in ("/", f"/api/kernels/{ANY}", "/voila/static/voila.js"):
        answer = server.ask(f"{path}?token={server.key}&key={server.key}")
        assert answer.status in (302, 403)
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("key", ["", "x", "of-another-server"])
def test_a_wrong_key_opens_nothing(server, key):
    answer = server.ask(f"/login?key={key}")
    assert answer.status == (401 if key else 200)
    assert not any(name.startswith("cqi-explore") for name in cookies_of(answer))
    assert "<h1>" in answer.text and 'lang="en"' in answer.text


def test_a_key_can_be_typed_but_not_sent_from_elsewhere(server):
    form = server.ask("/login")
    guard = cookies_of(form)
    body = f"key={server.key}&_xsrf={guard['_xsrf']}"
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    typed = server.ask("/login", "POST", body=body, cookies=guard, **kind)
    assert typed.status == 302 and f"cqi-explore-{server.port}" in cookies_of(typed)
    assert server.ask("/login", "POST", body=f"key={server.key}", **kind).status == 403
    assert server.ask("/login", "POST", body=body, cookies=guard, Origin="https://elsewhere.example", **kind).status in (403, 404)


def test_the_cookie_is_for_this_server_only_and_no_script_reads_it(server):
    line = next(line for line in server.ask(f"/login?key={server.key}").headers.get_all("Set-Cookie") if line.startswith("cqi-explore"))
    assert "HttpOnly" in line and "SameSite=Lax" in line and "expires" not in line.lower()


@pytest.mark.parametrize("given", [{}, {"origin": "http://elsewhere.example"}])
def test_the_line_to_a_kernel_is_locked(server, opened, given):
    page, cookies = opened
    with pytest.raises(InvalidStatus) as refused, line_to(server, kernel_of(page), cookies if given else {}, **given):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["elsewhere.example", "elsewhere.example:80", "127.0.0.1.elsewhere.example", "10.0.0.1", "0.0.0.0", ""])
def test_another_name_for_this_machine_is_refused(server, host):
    cookies = server.entered()
    for path in ("/", "/login", "/voila/static/voila.js", "/nowhere"):
        assert server.ask(path, cookies=cookies, Host=host).status in (400, 403)
    assert server.ask("/login", Host=f"localhost:{server.port}").status == 200


# With the key


@pytest.mark.parametrize("path", MISSING)
def test_nothing_else_is_served_to_those_with_the_key(server, path):
    answer = server.ask(path, cookies=server.entered())
    assert answer.status in (403, 404)
    assert "There is no such page here." in answer.text or "This address is not open to you." in answer.text


@pytest.mark.parametrize("path", ["/voila/static/../__init__.py", "/voila/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/voila/labextensions/../../../etc/passwd",
                                  "/voila/templates/cqi/static/../index.html.j2", "/voila/templates/cqi/static/%2e%2e/conf.json"])
def test_no_path_leads_out_of_what_is_served(server, path):
    assert server.ask(path, cookies=server.entered()).status in (403, 404)


def test_the_page_shows_what_the_cells_show_and_no_code(server, opened, place):
    page, _ = opened
    assert "cells ran" in page.text
    assert f"handed: {place}/out/2026-06-30 release {place}/said.sqlite" in page.text
    assert "import json" not in page.text and "handed(run" not in page.text
    assert '<html lang="en">' in page.text and "<title>Explore" in page.text and 'href="#rendered_cells"' in page.text
    assert "https://" not in page.text and "http://" not in page.text.replace(f"http://{server.netloc}", "")


def test_a_cell_that_fails_is_one_plain_sentence(opened):
    page, _ = opened
    assert page.text.count("This part of the page could not be made.") == 1
    assert SECRET not in page.text and "Traceback" not in page.text and "ValueError" not in page.text and "Voil" not in page.text.split("<main")[1]


def test_the_key_reaches_no_kernel_no_log_and_no_list_of_processes(server, opened, short):
    page, _ = opened
    assert server.key not in page.text
    mine = psutil.Process(server.process.pid)
    assert server.kernels()
    for process in (mine, *server.kernels()):
        assert server.key not in " ".join(process.cmdline()) + json.dumps(process.environ())
    for path in short.rglob("*"):
        assert not path.is_file() or server.key not in path.read_text(errors="replace"), path


def test_what_an_address_asks_for_is_dropped(server):
    cookies = server.entered()
    for query in ("?template=reveal", "?theme=dark", "?run=/etc&profile=internal&journal=/tmp/x", "?token=1"):
        answer = server.ask(f"/{query}", cookies=cookies)
        assert (answer.status, answer.headers["Location"]) == (302, "/")


def test_every_answer_forbids_what_comes_from_elsewhere(server, opened):
    for answer in (opened[0], server.ask("/login"), server.ask("/nowhere", cookies=opened[1]), server.ask("/voila/static/voila.js", cookies=opened[1])):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
        assert "http" not in policy and "*" not in policy and "eval" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers


def request(kind: str, content: dict) -> dict:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "a", "username": "a", "version": "5.3", "date": "2026-06-30T00:00:00Z"}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content}


def packed(channel: str, message: dict) -> bytes:
    """A message as Jupyter's newer protocol has it: offsets, then the parts."""
    parts = [channel.encode(), *(json.dumps(message[name]).encode() for name in ("header", "parent_header", "metadata", "content"))]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(number.to_bytes(8, "little") for number in (len(parts) + 1, *offsets)) + b"".join(parts)


@pytest.mark.parametrize("protocol", [V1, None])
def test_nobody_with_the_key_runs_code(server, opened, place, protocol):
    """Every kind of message that could; then one that may be sent, on the same line, whose answer shows that the kernel has heard those before it."""
    page, cookies = opened
    written = place / f"written-{uuid.uuid4().hex}"
    code = f"open({str(written)!r}, 'w').close()"
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {"a": code}, "allow_stdin": True, "cursor_pos": 0}
    wanted = [("shell", "execute_request", content), ("control", "execute_request", content), ("shell", "inspect_request", content),
              ("shell", "complete_request", content), ("shell", "history_request", {"hist_access_type": "tail", "n": 9}), ("stdin", "input_reply", {"value": code}),
              ("control", "debug_request", {"type": "request", "command": "evaluate", "arguments": {"expression": code}}),
              ("control", "create_subshell_request", {}), ("shell", "shutdown_request", {"restart": True}), ("control", "interrupt_request", {})]
    with line_to(server, kernel_of(page), cookies, subprotocols=[protocol] if protocol else None, max_size=None) as line:
        for channel, kind, asked in [*wanted, ("shell", "kernel_info_request", {}), ("control", "kernel_info_request", {})]:
            message = request(kind, asked)
            line.send(packed(channel, message) if protocol else json.dumps({**message, "channel": channel}))
        heard, answers = "", 0
        while answers < 2:
            told = line.recv(timeout=LONG)
            heard += told if isinstance(told, str) else told.decode("utf-8", "replace")
            answers = heard.count('"kernel_info_reply"')
    assert not written.exists()
    for kind in ("execute_reply", "execute_input", "inspect_reply", "complete_reply", "history_reply", "debug_reply", "shutdown_reply"):
        assert f'"{kind}"' not in heard


def test_a_page_is_closed_by_itself_only(server, opened):
    page, cookies = opened
    kernel = kernel_of(page)
    shut = f"/voila/api/shutdown/{kernel}"
    assert server.ask(shut, "POST", cookies=cookies).status == 403
    assert server.ask(shut, "POST", cookies=cookies, X_XSRFToken="wrong").status == 403
    assert server.ask(shut, "POST", cookies=cookies, X_XSRFToken=cookies["_xsrf"], Origin="https://elsewhere.example").status in (403, 404)
    assert server.ask(f"/api/kernels/{kernel}", "DELETE", cookies=cookies, X_XSRFToken=cookies["_xsrf"]).status == 405
    assert server.ask(f"/api/kernels/{kernel}", cookies=cookies).status == 200


def test_beyond_its_room_the_page_says_so_and_takes_the_next_when_one_leaves(server, opened):
    second = server.ask("/", cookies=opened[1])
    third = server.ask("/", cookies=opened[1])
    assert (second.status, third.status) == (200, 503)
    assert "As many people have this page open" in third.text and third.headers["Retry-After"]
    assert kernel_of(second) != kernel_of(opened[0])
    assert closed(server, kernel_of(second), opened[1]).status == 204
    fourth = server.ask("/", cookies=opened[1])
    assert fourth.status == 200
    closed(server, kernel_of(fourth), opened[1])


def test_what_it_keeps_is_its_owners_only(server, opened, place, short):
    [private] = short.iterdir()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert sorted(path.name for path in (private / "root").iterdir()) == ["explore.ipynb"]
    kernels = list(private.rglob("kernel-*"))
    assert any(stat.S_ISSOCK(path.stat().st_mode) for path in kernels)  # sockets, not ports that others could listen to
    assert not any(stat.S_IMODE(path.stat().st_mode) & 0o077 for path in kernels)
    assert list((place / "home").iterdir()) == []


# Limits and ends


@pytest.fixture
def own(tmp_path):
    """The words and the surroundings of a server of one's own."""
    (tmp_path / "tmp").mkdir()
    return ["--out", str(small_run(tmp_path / "out"))], {"CQI_NOTEBOOKS": str(small_notebook(tmp_path / "notebooks", AROUND)), "TMPDIR": str(tmp_path / "tmp")}


SHORTER = """import signal
import cqi.explore.seats as seats
seats.LOOK_SECONDS = 1
signal.signal(signal.SIGUSR1, lambda *_: setattr(seats, "LEFT_SECONDS", 0))
signal.signal(signal.SIGUSR2, lambda *_: setattr(seats, "IDLE_SECONDS", 0))"""


def test_a_page_that_was_left_or_that_nobody_uses_is_closed_and_the_spare_one_waits(own):
    words, around = own
    with serving(*words, changed=SHORTER, **around) as server:
        cookies = server.entered()
        here, away = (kernel_of(server.ask("/", cookies=cookies)) for _ in range(2))
        status = lambda kernel: server.ask(f"/api/kernels/{kernel}", cookies=cookies).status  # noqa: E731
        with line_to(server, here, cookies):
            server.process.send_signal(signal.SIGUSR1)
            until(lambda: status(away) == 404)
            assert status(here) == 200
            server.process.send_signal(signal.SIGUSR2)
            until(lambda: status(here) == 404)
        until(lambda: len(server.kernels()) == 1)


def test_one_that_still_starts_is_nobodys_and_left_alone(monkeypatch):
    monkeypatch.setattr(seats, "IDLE_SECONDS", 0)
    monkeypatch.setattr(seats, "LEFT_SECONDS", 0)

    async def looked_at_while_it_starts() -> tuple[bool, bool]:
        waiting = seats.Seats()
        try:
            waiting.fill()
            while not (found := waiting.list_kernel_ids()):
                await asyncio.sleep(0.01)
            await waiting.cull_kernels()
            number = await waiting.start_kernel()
            kept = [number] == found and number in waiting
            await waiting.cull_kernels()
            return kept, number in waiting
        finally:
            await waiting.end()

    assert asyncio.run(looked_at_while_it_starts()) == (True, False)  # handed over, and then closed as any page that nobody uses


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_however_it_ends_no_kernel_lives_on(own, tmp_path, how):
    words, around = own
    with serving(*words, **around) as server:
        assert server.ask("/", cookies=server.entered()).status == 200
        kernels = until(lambda: len(found := server.kernels()) > 1 and found)
        server.process.send_signal(getattr(signal, how))
        server.process.wait(LONG)
        assert alive(kernels, seconds=LONG) == []
        assert server.process.returncode == (-9 if how == "SIGKILL" else 0)
        assert how == "SIGKILL" or list((tmp_path / "tmp").iterdir()) == []


def test_behind_a_proxy_its_name_is_known_and_cookies_travel_encrypted_only(own):
    words, around = own
    with serving(*words, "--address", "0.0.0.0", "--behind-proxy", "https://explore.agency.example", **around) as server:
        assert server.address.startswith("https://explore.agency.example/login?key=")
        server.process.bound = next(line.laddr.port for line in psutil.Process(server.process.pid).net_connections("tcp") if line.status == "LISTEN")
        server.address = f"http://127.0.0.1:{server.process.bound}/login?key={server.key}"
        by_proxy = server.ask(f"/login?key={server.key}", Host="explore.agency.example")
        assert by_proxy.status == 302
        assert all("Secure" in line for line in by_proxy.headers.get_all("Set-Cookie"))
        assert server.ask("/login", Host="0.0.0.0").status == 403
        assert server.ask("/login", Host="elsewhere.example").status == 403
