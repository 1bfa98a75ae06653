"""Bundled weights, each in a folder of its own with ``model.json`` (what it is made of) and a card."""
