"""Training data: files of many forms -> checked examples, and what was repaired or dropped on the way."""
