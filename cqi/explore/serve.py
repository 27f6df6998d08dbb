"""`cqi explore`: the explore notebook as a web page without code, for those who have the key."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from urllib.parse import urlsplit

from cqi.explore.handed import to_hand
from cqi.explore.published import Published
from cqi.journal.place import chosen
from cqi.progress import say
from cqi.render.leftovers import PREFIX, claim, sweep
from cqi.render.privacy import no_core_dumps, private_files
from cqi.render.surroundings import OWN_FOLDERS
from cqi.vocabulary import CqiError

NOTEBOOK = "explore.ipynb"
TITLE = "Explore: how are the children doing?"
TEMPLATE = "cqi"
TAKEN = "from cqi.explore.handed import handed\n\nrun, profile, journal = handed(run, profile, journal)"
PARTS = ("ipywidgets", "jupyter_server", "voila")
INSTALL = 'cqi explore needs a few more parts. Install them with: pip install "cqi-workbook[explore]"'
CELL_SECONDS = 60
LONGEST_FOLDER = 50
"""A socket's whole path has 107 characters at most, and a kernel's sockets take the rest."""
NOT_OURS = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE", "JUPYTER_PREFER_ENV_PATH", "PYTHONSTARTUP")
"""What the machine's user has set for his own Jupyter counts for nothing here."""


@dataclass(frozen=True)
class Asked:
    """What `cqi explore` is asked for.

    `proxy`: the address, beginning with https://, at which a proxy with TLS passes people on to this server.
    """

    out: Path = Path("reports")
    as_of: str = ""
    profile: str = "release"
    journal: str = ""
    address: str = "127.0.0.1"
    port: int = 8866
    proxy: str = ""
    people: int = 10
    browser: bool = True


def serve(asked: Asked) -> None:
    """Serves the newest finished run of `asked.out` that was published for the profile, until it is told to stop.

    Raises CqiError where there is no such run, where a part is not installed, where the port is taken, and for an address that others
    on the network can reach with no proxy in front of it.
    """
    host = _proxy_host(asked)
    if asked.people < 1 or not 0 <= asked.port <= 65535:
        raise CqiError("--people must be 1 or more, and --port a number from 0 to 65535.")
    published = Published(chosen_run(asked.out, asked.as_of, asked.profile), asked.profile)
    if not all(find_spec(part) for part in PARTS):
        raise CqiError(INSTALL)
    from cqi.explore.site import Site

    sockets, key = _bound(asked), secrets.token_urlsafe(32)
    port = sockets[0].getsockname()[1]
    place = f"{asked.proxy.rstrip('/')}/login?key={key}" if asked.proxy else f"http://{_in_address(asked.address)}:{port}/login?key={key}"
    with _private(to_hand(str(published.folder.resolve()), asked.profile, chosen(asked.journal, asked.out))) as private:
        site = Site(config=_config(asked, private, port), notebook_path=str(private / "root" / NOTEBOOK), root_dir=str(private / "root"), token=key, host=host,
                    connection_dir_root=str(private), port=port, ip=asked.address, open_browser=False, sockets=sockets, config_file_paths=[],
                    begun=lambda: _begun(asked, published, place, private))
        site.initialize([])
        site.start()
    say("Stopped. Every page is closed.", sys.stderr)


def chosen_run(out: Path, as_of: str, profile: str) -> Path:
    """The folder of the run: that of the day, else of the newest day that was published for the profile, else `out` itself."""
    if as_of:
        return out / _day(as_of)
    days = [path.parent for path in sorted(out.glob("*/run.json"), reverse=True) if profile in _profiles(path)]
    return days[0] if days else out


def _day(words: str) -> str:
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError:
        raise CqiError(f"--as-of {words}: this is not a day such as 2026-06-30.") from None


def _profiles(path: Path) -> list[str]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["parameters"]["profiles"]
    except (ValueError, KeyError, TypeError):
        return []


def _proxy_host(asked: Asked) -> str:
    """The name of the proxy in front, if any; raises CqiError for an address that needs one."""
    parts = urlsplit(asked.proxy)
    if asked.proxy and not (parts.scheme == "https" and parts.hostname and parts.path in ("", "/") and not parts.query):
        raise CqiError(f"--behind-proxy {asked.proxy}: this is not the address of a proxy. Give the one that people will open, such as "
                       "https://explore.agency.example")
    if not asked.proxy and not _loopback(asked.address):
        raise CqiError(f"--address {asked.address}: others on the network could read what passes, the key too, as this server does not encrypt. "
                       "Put a proxy with TLS in front of it and say so with --behind-proxy https://its.name, or leave out --address.")
    return parts.hostname or ""


def _loopback(address: str) -> bool:
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        return False


def _in_address(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _bound(asked: Asked) -> list[socket.socket]:
    from tornado.netutil import bind_sockets

    try:
        return bind_sockets(asked.port, asked.address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CqiError(f"--port {asked.port}: something else uses this port; perhaps the page is open already. "
                           f"Give another: --port {asked.port + 1}") from None
        raise CqiError(f"--address {asked.address} --port {asked.port}: this machine cannot be reached there ({os.strerror(error.errno or 0)}).") from None


@contextmanager
def _private(handed: dict[str, str]) -> Iterator[Path]:
    """A folder of the server's own, gone afterwards: a copy of the notebook, the page's template, and whatever Jupyter keeps."""
    no_core_dumps()
    sweep(Path(gettempdir()))
    with private_files(), TemporaryDirectory(prefix=f"{PREFIX}explore-", ignore_cleanup_errors=True) as name:
        private = Path(name)
        claim(private)
        for folder in ("root", "tmp"):
            (private / folder).mkdir()
        _copy_notebook(private / "root")
        shutil.copytree(Path(__file__).parent / "template" / TEMPLATE, private / "data" / "voila" / "templates" / TEMPLATE)
        for variable in NOT_OURS:
            os.environ.pop(variable, None)
        os.environ.update({**handed, **{variable: f"{name}/{folder}" for variable, folder in OWN_FOLDERS.items()}, "OPENBLAS_NUM_THREADS": "1"})
        yield private


def _copy_notebook(place: Path) -> None:
    """The notebook's cells of code, with one more after the parameters that takes what the server hands over."""
    import nbformat

    package = Path(__file__).parents[1]
    folders = [Path(own)] if (own := os.environ.get("CQI_NOTEBOOKS")) else [package / "notebooks", package.parent / "notebooks"]
    found = [folder / NOTEBOOK for folder in folders if (folder / NOTEBOOK).is_file()]
    if not found:
        raise CqiError(f"{NOTEBOOK} is not in {folders[-1]}; the installation is not complete.")
    notebook = nbformat.read(found[0], as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.metadata["title"] = TITLE
    after = next(number for number, cell in enumerate(notebook.cells, 1) if "parameters" in cell.metadata.get("tags", []))
    notebook.cells.insert(after, nbformat.v4.new_code_cell(TAKEN))
    nbformat.write(notebook, place / NOTEBOOK)


def _config(asked: Asked, private: Path, port: int):
    """The settings of Voila and of what it stands on; docs/exploring.md says why each."""
    from traitlets.config import Config

    from cqi.explore.seats import IDLE_SECONDS, LOOK_SECONDS, Seats
    from cqi.explore.site import Door

    sockets = sys.platform != "win32" and len(str(private)) <= LONGEST_FOLDER
    return Config(
        Voila={"identity_provider_class": Door},
        VoilaConfiguration={
            "template": TEMPLATE, "allow_template_override": "NO", "allow_theme_override": "NO", "strip_sources": True, "show_tracebacks": False,
            "file_allowlist": [], "preheat_kernel": False, "progressive_rendering": False, "multi_kernel_manager_class": Seats, "http_header_envs": [],
            "extension_allowlist": ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]},
        VoilaExecutor={"timeout": CELL_SECONDS, "interrupt_on_timeout": False},
        Door={"cookie_name": f"cqi-explore-{port}", "secure_cookie": bool(asked.proxy), "cookie_options": {"samesite": "Lax", "expires_days": None},
              "get_secure_cookie_kwargs": {"max_age_days": 1}},
        Seats={"people": asked.people, "cull_idle_timeout": IDLE_SECONDS, "cull_interval": LOOK_SECONDS,
               "allow_tracebacks": False, "buffer_offline_messages": False, "transport_encryption": "disabled" if sockets else "required"},
        SeatKernel={"transport": "ipc" if sockets else "tcp"},
    )


def _begun(asked: Asked, published: Published, place: str, private: Path) -> None:
    say(f"The run of {published.as_of} ({asked.profile}) is open to everybody who has this address, for the address holds the key:\n\n"
        f"  {place}\n\nTo stop: Ctrl+C.")
    if asked.browser and not asked.proxy:
        page = private / "open.html"  # a browser's command line is for everybody on the machine to read; this file is not
        link = f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={place}"><title>Explore</title><a href="{place}">Explore</a>'
        page.write_text(link, encoding="utf-8")
        threading.Thread(target=webbrowser.open, args=(page.as_uri(),), daemon=True).start()
