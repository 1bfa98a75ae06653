"""Measurements of the whole product that are run by hand, and are no part of what is installed."""
