"""A pipeline's YAML -> the pipeline."""

from haystack import Pipeline

ALLOWED_MODULES = ["components.*"]
"""What a definition may import when it is loaded, beside Haystack itself."""


def load_pipeline(definition: str) -> Pipeline:
    """Build a pipeline from its YAML; only components of Quaere and Haystack are imported."""
    return Pipeline.loads(definition, allowed_modules=ALLOWED_MODULES)
