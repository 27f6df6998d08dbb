"""What is chosen at the top of the page; every panel observes it."""

from __future__ import annotations

from traitlets import HasTraits, Int, List, Unicode


class Chosen(HasTraits):
    """County, cohort, measure and group (empty: all children). Several that change together: `with chosen.hold_trait_notifications()`."""

    county = Unicode()
    cohort = Unicode()
    measure = Unicode()
    group = Unicode()
    written = List(Int())
    """Numbers of the entries that were written in this sitting, for whom only released ones may be read back."""

    def wrote(self, number: int) -> None:
        """Remembers an entry of this sitting."""
        self.written = [*self.written, number]
