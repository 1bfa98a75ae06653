"""Question vectors -> candidate passages, fused and without near duplicates."""
