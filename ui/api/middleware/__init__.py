"""What stands before every endpoint: who calls, how often, and what is logged."""
