"""The one way to a database, SQLite or PostgreSQL: engines, transactions, upgrades, shared locks, errors in words.

``connection`` is what others use. It knows no table: whoever has tables says where the Alembic steps are that make
them.
"""
