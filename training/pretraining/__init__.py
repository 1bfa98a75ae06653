"""Continued pre-training on unlabelled documents: files of any kind -> a model that knows their language better."""
