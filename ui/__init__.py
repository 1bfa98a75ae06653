"""What a person meets: the command line and the page. The only layer that prints."""
