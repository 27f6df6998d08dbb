"""What stands in a review where a picture or a figure cannot."""

from __future__ import annotations

from cqi.vocabulary import HIDDEN_WORDS

HIDDEN_NOTE = "Too much of this picture would be hidden to protect privacy. The agency's own staff see it in the internal review."
TOGETHER_NOTE = ("Told for all counties together only: in one county it would have to be hidden to protect privacy. The agency's own staff see "
                 "it in the internal review.")
OVER_NOTE = "Not given: the file is over a federal limit of data quality, as said at the top of the page."
FEW_NOTE = ("There are too few children for a curve: with fewer than 10 it would show single children, and chance would move it. "
            "Look at the table by months, and at each child's plan.")
NONE_ENTERED = "No child who counts here entered care in this period, so there is nothing to compare."
FEW_EXPECTED = "There are too few children to tell a usual number from luck. Look at each child's plan instead."
NO_FIGURE = {"suppressed": HIDDEN_WORDS, "data quality": "not calculated, because the file is over a limit of data quality; see what the file could not say"}
STILL_GROWING = ("These are estimates, not counts: not every child has been here that long. The table of periods below shows the counts so far.",)
