"""Measures of answers, rankings and confidences: pure, each with its formula, conventions and source."""
