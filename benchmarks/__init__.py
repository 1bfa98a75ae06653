"""Measurements and attacks that anyone can repeat; not part of the installed package."""
