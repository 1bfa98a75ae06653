"""What the service itself must remember over a restart, such as keys; of documents only the catalogue knows."""
