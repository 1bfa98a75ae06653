"""The store: Haystack's document store over Qdrant, embedded or on a server, and the catalogue beside it.

``document_store`` is what the pipelines use. Below it: ``engine`` (the calls an engine offers), ``edge`` and
``server`` (the two engines), ``filters`` and ``visibility`` (pure: who may see what), ``points`` (pure: document
to point and back). Below the catalogue: ``tables`` and ``sessions`` (its database, a file or PostgreSQL),
``shared_locks`` and ``turn`` (how processes that share it take turns). The import of this package loads none of them.
"""
