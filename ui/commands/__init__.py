"""One file per command or group of commands; :mod:`ui.cli` puts them together."""
