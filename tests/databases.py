"""A real PostgreSQL server of the tests' own: made in a folder of theirs, reached through a socket there, ended with them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

_number = count(1)


def programs() -> Path | None:
    """The folder of the server's programs; None where there is none."""
    found = sorted(path.parent for place in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
                   for path in Path("/").glob(f"{place[1:]}/initdb"))
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).resolve().parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """Starts a server, and gives the address of its databases up to their names; ends it at once afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cqi-pg-", dir="/tmp"))  # a socket's path is short
    account = _account()
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    run = {"check": True, "capture_output": True, "cwd": folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
           **({"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {})}
    bin, data = programs(), str(folder / "data")
    (folder / "password").write_text("secret-word", encoding="ascii")
    (folder / "password").chmod(0o644)
    try:
        subprocess.run([bin / "initdb", "-D", data, "-U", "cqi", "-E", "UTF8", "-A", "scram-sha-256", "--pwfile", folder / "password", "--no-sync"], **run)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=60"
        subprocess.run([bin / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "120", "-o", options, "start"], **run | {"capture_output": False})
        yield f"postgresql+psycopg://cqi:secret-word@/{{}}?host={folder}"
    finally:
        subprocess.run([bin / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run | {"check": False})
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """Another user for the server, which root may not run; none for everybody else."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def statement(address: str, words: str) -> list:
    """What a statement gives back, run by itself at the address; nothing of the program's is between."""
    import psycopg

    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        found = connection.execute(words)
        return found.fetchall() if found.description else []


@pytest.fixture(scope="session")
def postgres():
    """A function that makes a new, empty database in a real server and gives its address; it skips where there is no server."""
    if programs() is None:
        pytest.skip("PostgreSQL's programs are not installed")
    pytest.importorskip("psycopg")
    with server() as address:
        def made(options: str = "") -> str:
            name = f"journal_{next(_number)}"
            statement(address.format("postgres"), f"CREATE DATABASE {name} {options}")
            return address.format(name)

        yield made
