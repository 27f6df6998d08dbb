"""Voila with a lock on every door: no address but the way in answers anybody who has not shown the key."""

from __future__ import annotations

import asyncio
import hmac
import os
import signal
from typing import ClassVar

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.utils import url_path_join
from markupsafe import escape
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from traitlets import Any, Unicode
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

KERNEL = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
MESSAGES = ("comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request")
"""What a browser may say to a kernel: that a control was used. It may not send code."""
PAGE_SECONDS = 120
LARGEST_BYTES = 2**20
"""Of a request, and of a message from a control."""
HEADERS = {
    "Content-Security-Policy": "; ".join((
        "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
        "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'")),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "cqi",
}
SENTENCES = {
    401: "This key does not open the page. Ask the person who started it for the address.",
    403: "This address is not open to you.",
    404: "There is no such page here.",
    503: "As many people have this page open as it has room for. Ask somebody to close theirs, or try again in a few minutes.",
}
WENT_WRONG = "The page could not be made. Please try again; if it happens again, tell the person who started it."
DOOR = """<p>To see it you need the address that was printed when it was started, or the key in that address.</p>
<form method="post" action="{action}">{xsrf}<p><label for="key">Key</label><br>
<input id="key" name="key" type="password" autocomplete="off" required></p><p><button>Open the page</button></p></form>"""


def plain_page(title: str, body: str) -> str:
    """A whole page of text: `title` is text, `body` is HTML."""
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)}</title><style>body {{ font: 1.125rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 36rem; padding: 0 1rem; "
            f"color: #1f2933 }} input, button {{ font: inherit; padding: .5rem .75rem; max-width: 100% }}</style></head>"
            f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>")


class Door(IdentityProvider):
    """Who is who by a signed cookie that only `Login` gives; the key itself opens nothing else."""

    def get_user_token(self, handler) -> None:
        """Nobody: a key in an address or a header is not looked at."""
        return None


class Locked(JupyterHandler):
    """Answers those with a cookie only, by a name of this server's own, and says what went wrong in one sentence."""

    unlocked: ClassVar = False

    async def prepare(self, **options) -> None:
        """Refuses everybody else, also where what a door is built on would let them in, as it does to scripts."""
        await super().prepare(**options)
        if not (self.unlocked or self.current_user or self._finished):
            raise web.HTTPError(403)

    def write_error(self, status_code: int, **_) -> None:
        """A plain page, whatever it was."""
        if status_code == 503:
            self.set_header("Retry-After", "60")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(plain_page("Explore", f"<p>{SENTENCES.get(status_code, WENT_WRONG)}</p>"))


class Login(Locked):
    """The way in: the key, in the address or typed, for a cookie."""

    unlocked: ClassVar = True

    @allow_unauthenticated
    def get(self) -> None:
        """Lets in by the address; else asks for the key."""
        if self.get_query_argument("key", ""):
            self._enter(self.get_query_argument("key"))
        elif self.current_user:
            self.redirect(self.base_url)
        else:
            form = DOOR.format(action=self.request.path, xsrf=self.xsrf_form_html())
            self.finish(plain_page("This page is locked", form))

    @allow_unauthenticated
    def post(self) -> None:
        """Lets in by a key that was typed."""
        self._enter(self.get_body_argument("key", ""))

    def _enter(self, key: str) -> None:
        if not hmac.compare_digest(key.strip().encode(), self.token.encode()):
            raise web.HTTPError(401)
        self.identity_provider.set_login_cookie(self, self.identity_provider.generate_anonymous_user(self))
        self.redirect(self.base_url)


class Page(Locked, TornadoVoilaHandler):
    """The notebook as a page, with a kernel of its own."""

    @web.authenticated
    async def get(self) -> None:
        """The page, piece by piece; what stands behind a `?` in the address is dropped."""
        if self.request.query:
            self.redirect(self.base_url)
            return
        self.xsrf_token  # noqa: B018 - the cookie with which the page says that it was closed
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                async for html in self.get_generator():
                    self.write(html)
                    self.flush()
        except TimeoutError:
            self.write(f"<p>{WENT_WRONG}</p>")
        finally:
            self.kernel_manager.fill()


class Static(Locked, MultiStaticFileHandler):
    """Scripts and styles of Voila and of the page."""


class Extension(Locked, FileFindHandler):
    """The scripts that draw the controls."""


class Kernel(Locked, KernelHandler):
    """Whether a kernel still runs."""

    SUPPORTED_METHODS: ClassVar = ("GET",)


class Closed(Locked, VoilaShutdownKernelHandler):
    """Ends the kernel of a page that is being closed."""


class Channels(Locked, VoilaKernelWebsocketHandler):
    """The line between a page and its kernel."""


class Nowhere(Locked):
    """Every other address."""

    async def prepare(self) -> None:
        """Nobody learns without the key that there is nothing."""
        await super().prepare()
        if not self._finished:
            raise web.HTTPError(404)

    def get(self) -> None:
        """Never reached."""


class Site(Voila):
    """Voila for one notebook, with these doors and no others, on sockets that are already bound."""

    sockets = Any()
    begun = Any()
    host = Unicode(help="A further name by which this server may be asked for: that of the proxy in front of it.")

    def init_settings(self) -> dict:
        """Voila's settings, made safe."""
        settings = super().init_settings()
        self.kernel_manager.allowed_message_types = list(MESSAGES)
        lax = {"samesite": "Lax", "secure": bool(self.host)}
        return settings | {
            "allow_remote_access": False, "local_hostnames": ["localhost", *filter(None, [self.host])], "headers": HEADERS,
            "default_handler_class": Nowhere, "xsrf_cookie_kwargs": lax, "websocket_max_message_size": LARGEST_BYTES, "serve_traceback": False}

    def init_handlers(self) -> list:
        """Every address that answers."""
        at = lambda path: url_path_join(self.server_url, path)  # noqa: E731
        notebook = {"notebook_path": self.notebook_path.removeprefix(self.root_dir).lstrip("/\\"), "template_paths": self.template_paths,
                    "config": self.config, "voila_configuration": self.voila_configuration}
        return [
            (at("/"), Page, notebook),
            (at("/login"), Login),
            (at(rf"/api/kernels/{KERNEL}"), Kernel),
            (at(rf"/api/kernels/{KERNEL}/channels"), Channels),
            (at(rf"/voila/api/shutdown/{KERNEL}"), Closed),
            (at("/voila/static/(.*)"), Static, {"paths": self.static_paths}),
            (at(f"/voila/templates/{self.voila_configuration.template}/static/(.*)"), Static, {"paths": self.static_paths}),
            (at("/voila/labextensions/(.*)"), Extension, {"path": self.labextensions_path, "no_cache_paths": ["/"]}),
        ]

    def listen(self) -> None:
        """Serves until SIGINT or SIGTERM; then ends every kernel. A second one ends this process at once, and kernels end when it is gone."""
        loop = IOLoop.current()

        def stop(number: int, _) -> None:
            for again in (signal.SIGINT, signal.SIGTERM):
                signal.signal(again, lambda *_: os._exit(128 + number))
            loop.add_callback_from_signal(loop.stop)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        server = HTTPServer(self.app, max_body_size=LARGEST_BYTES, idle_connection_timeout=300)
        server.add_sockets(self.sockets)
        self.kernel_manager.fill()
        try:
            self.begun()
            loop.start()
        finally:
            server.stop()
            loop.run_sync(self.kernel_manager.end)
