"""What can be measured, one file each: a question goes in, its :class:`~evaluation.outcome.Outcome` comes out."""
