"""The only place that names sockets: settings, the two pipelines, and the service that the rest of Quaere uses."""
