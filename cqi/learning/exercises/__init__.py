"""The exercises of the lessons, a module a lesson; each is found by its name."""
