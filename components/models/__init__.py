"""Models by name: found, verified, converted, and run in batches."""
