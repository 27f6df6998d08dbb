"""The options of `cqi explore`."""

from __future__ import annotations

import argparse
from pathlib import Path


def explore_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command; each is a field of `cqi.explore.serve.Asked`."""
    parser.add_argument("--out", type=Path, default=Path("reports"), help="where the finished runs are (default: reports)")
    parser.add_argument("--as-of", dest="as_of", default="", help="the run of this day, such as 2026-06-30 (default: the newest that was made for the profile)")
    parser.add_argument("--profile", choices=("internal", "release"), default="release", help="who will read it (default: release)")
    parser.add_argument("--journal", default="", metavar="PLACE",
                        help="where what people say is kept: a file, or a PostgreSQL address; CQI_JOURNAL does the same and is in no list of processes "
                        "(default: journal.sqlite in the folder of --out)")
    parser.add_argument("--port", type=int, default=8866, help="the port of the page (default: 8866; 0: any that is free)")
    parser.add_argument("--address", default="127.0.0.1", help="where the page can be reached (default: 127.0.0.1, this machine only)")
    parser.add_argument("--behind-proxy", dest="proxy", default="", metavar="ADDRESS",
                        help="a proxy with TLS stands in front, and people open this address of it, such as https://explore.agency.example")
    parser.add_argument("--people", type=int, default=10, help="how many may have the page open at once (default: 10; each takes about a quarter of a gigabyte)")
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="print the address, and open no browser")
