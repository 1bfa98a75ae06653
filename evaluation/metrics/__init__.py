"""Measures of answers, rankings and confidences: one pure file each, with its formula, conventions and source."""
