"""The filter language: how it is written, inside a question too."""
