"""One file per command or group of commands; :mod:`ui.cli.main` puts them together."""
