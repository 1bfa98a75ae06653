"""Several systems on the same questions: what is to be compared, run with what they share done once, and one table."""
