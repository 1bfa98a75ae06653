"""A question as written -> a query: its kind, its filters, and other words for the same."""
