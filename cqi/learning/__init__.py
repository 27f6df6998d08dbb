"""Lessons: a classroom on the sample state or on one's own data, and exercises that answer kindly."""

from cqi.learning.classroom import classroom  # not when first asked for: the name would then be its module's
from cqi.learning.exercise import commit, exercise, reveal, solution

__all__ = ["classroom", "commit", "exercise", "reveal", "solution"]
