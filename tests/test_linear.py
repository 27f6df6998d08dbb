"""The solver of the hidden counts: right, silent, and of one answer."""

import subprocess
import sys

import numpy as np
from scipy.sparse import csc_array

from cqi.linear import solver

SMALL = """
import numpy as np
from scipy.sparse import csc_array
from cqi.linear import solver
found = solver(csc_array(np.ones((1, 2))), np.array([1.0]), np.array([1.0, 2.0]), np.zeros(2), np.ones(2))
found.run()
assert found.solved and found.values.tolist() == [1.0, 0.0]
"""


def test_nothing_is_said_from_its_making_on():
    """In a process of its own: the solver names itself once a process."""
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_programme_without_a_solution_is_said_to_be_one():
    found = solver(csc_array(np.ones((1, 2))), np.array([3.0]), np.zeros(2), np.zeros(2), np.ones(2))
    found.run()
    assert not found.solved
