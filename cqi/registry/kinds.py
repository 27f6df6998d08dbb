"""The kinds of measure: how each is found and counted (the functions are in `cqi.measures`)."""

from __future__ import annotations

from cqi.vocabulary import DISPOSITIONS, EXIT_REASONS, SETTINGS

REENTRY_WORDS = ("counted", "left out")
ENTRY_COHORT = {"shortest_stay_days": int, "age_below": int, "first_entry_only": bool, "reason_required": bool,
                "same_period_reentry": str}
VICTIMS = {"dispositions": list, "window_months": int, "apart_days": int}

KINDS = {
    "exits of an entry cohort": {
        "who": ENTRY_COHORT, "what": {"exits": list, "window_months": int, "trial_home_visit_days": int, "anniversary_counts": bool},
        "needed": ("exits", "window_months"), "units": ("children",),
    },
    "exits of children in care": {
        "who": {"months_in_care": int, "months_in_care_below": int, "age_below": int, "reason_required": bool,
                "same_period_reentry": str},
        "what": {"exits": list, "window_months": int, "anniversary_counts": bool},
        "needed": ("exits", "window_months"), "units": ("children",),
    },
    "returns of an exit cohort": {
        "who": {"shortest_stay_days": int, "age_below": int, "first_exit_only": bool, "same_period_reentry": str, "entered_in_period": bool},
        "what": {"exits": list, "window_months": int, "anniversary_counts": bool},
        "needed": ("exits", "window_months"), "units": ("children",),
    },
    "moves of an entry cohort": {
        "who": ENTRY_COHORT, "what": {"per": int, "not_a_move": list}, "needed": ("per",), "units": (),
    },
    "first placement of an entry cohort": {
        "who": ENTRY_COHORT, "what": {"settings": list, "window_months": int}, "needed": ("settings",), "units": ("children",),
    },
    "entries of a population": {
        "who": ENTRY_COHORT, "what": {"per": int, "window_months": int}, "needed": ("per",), "units": (),
    },
    "reports during care": {
        "who": {"shortest_stay_days": int, "age_below": int},
        "what": {"dispositions": list, "per": int, "first_days": int, "apart_days": int, "settled_months": int},
        "needed": ("dispositions", "per"), "units": (),
    },
    "further reports on victims": {
        "who": {"age_below": int}, "what": VICTIMS, "needed": ("dispositions", "window_months"), "units": ("children",),
    },
    "children kept at home after a report": {
        "who": {"age_below": int}, "what": VICTIMS, "needed": ("dispositions", "window_months"), "units": ("children",),
    },
    "reports closed in time": {
        "who": {}, "what": {"window_days": int}, "needed": ("window_days",), "units": ("reports",),
    },
    "months with a visit": {
        "who": {"age_below": int}, "what": {}, "needed": (), "units": ("months in care",),
    },
}
"""The words that a measure's `who` and `what` may hold, those that `what` must, and the unit of a proportion; that of a
rate is free."""

PROPORTIONS = {unit for kind in KINDS.values() for unit in kind["units"]}
"""Units of proportions; any other unit is of a rate."""

WORDS_OF = {"exits": EXIT_REASONS, "not_a_move": SETTINGS, "settings": SETTINGS, "dispositions": DISPOSITIONS,
            "same_period_reentry": REENTRY_WORDS}
