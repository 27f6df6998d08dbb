"""The kernel behind one person's page: its libraries are loaded, and it can draw, before anybody asks for it."""

from __future__ import annotations

import os

from ipykernel.kernelapp import launch_new_instance

from cqi.render.privacy import PRIVATE, no_core_dumps, quiet


def start() -> None:
    """Runs the kernel that the command line describes."""
    os.umask(PRIVATE)
    no_core_dumps()
    quiet()
    import cqi.explore.app
    import cqi.explore.where  # noqa: F401 - what the page begins with
    from cqi.blocks.svg import start_engine

    start_engine()
    launch_new_instance()
