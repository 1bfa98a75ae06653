"""The store: Haystack's document store over Qdrant, embedded or on a server, and the catalogue beside it.

``document_store`` is what the pipelines use. Below it: ``engine`` (the calls an engine offers), ``edge`` and
``server`` (the two engines), ``filters`` and ``visibility`` (pure: who may see what), ``points`` (pure: document
to point and back). The catalogue keeps which sources there are and looks up who may see them (``visible``);
``turn`` lets processes that share it change it one after another. ``database`` opens it, and the service's own. The
import of this package loads none of them.
"""
