"""One file per command or group of commands; :mod:`ui.cli.program` puts them together."""
