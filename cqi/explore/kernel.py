"""The kernel behind one person's page: its libraries are loaded before anybody asks for it."""

from __future__ import annotations

import os

from ipykernel.kernelapp import launch_new_instance

from cqi.render.privacy import PRIVATE, no_core_dumps, quiet


def start() -> None:
    """Runs the kernel that the command line describes."""
    os.umask(PRIVATE)
    no_core_dumps()
    quiet()
    import cqi.explore.app  # noqa: F401 - what the page needs

    launch_new_instance()
