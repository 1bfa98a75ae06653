"""Augmentation: an example and a seed -> a changed example whose spans still are the answer."""
