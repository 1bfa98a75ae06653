"""Labelled data of every form, one file each: what is asked, what would be right, and what is searched.

Every error names the file and the row. Knows neither index nor metric.
"""
