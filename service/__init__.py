"""What the API, the page and the commands stand on: jobs, uploads, keys, feedback, and their database. No HTTP."""
