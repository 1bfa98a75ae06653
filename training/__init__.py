"""Fitting: what turns labelled questions into better defaults or into a user's own."""
