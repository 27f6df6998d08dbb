"""Linear programmes over counts, in a solver that says nothing and gives the same answer each time."""

import highspy
import numpy as np
from scipy.sparse import csc_array


class Solver(highspy.Highs):
    """HiGHS, silent from its first moment: from 1.16 on it names itself on standard output while it is being made, before an option can be set."""

    def enableCallbacks(self) -> None:
        self.silent()
        super().enableCallbacks()

    @property
    def solved(self) -> bool:
        """Whether the last run found the best there is."""
        return self.getModelStatus() == highspy.HighsModelStatus.kOptimal

    @property
    def values(self) -> np.ndarray:
        """What the last run found for each cell."""
        return np.array(self.getSolution().col_value)


def solver(sums: csc_array, totals: np.ndarray, price: np.ndarray, low: np.ndarray, high: np.ndarray, **options: object) -> Solver:
    """The programme `sums @ cells == totals`, each cell between `low` and `high`, to be run for the least of `price @ cells`.

    One thread and a fixed seed; `options` are HiGHS's own (https://ergo-code.github.io/HiGHS/stable/options/definitions/).
    """
    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = sums.shape
    programme.col_cost_, programme.col_lower_, programme.col_upper_ = price, low, high
    programme.row_lower_ = programme.row_upper_ = totals
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_, programme.a_matrix_.index_, programme.a_matrix_.value_ = sums.indptr, sums.indices, sums.data
    made = Solver()
    for name, value in {"threads": 1, "random_seed": 0, **options}.items():
        made.setOptionValue(name, value)
    made.passModel(programme)
    return made
