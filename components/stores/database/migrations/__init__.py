"""What Alembic starts; the steps themselves stand beside the tables that they make."""
