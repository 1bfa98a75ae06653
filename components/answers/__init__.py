"""Spans and passages -> answers with evidence and a calibrated confidence."""
