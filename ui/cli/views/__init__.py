"""What the commands show on a terminal or in a pipe."""
