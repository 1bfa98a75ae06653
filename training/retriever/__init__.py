"""Fine-tuning of embedders: questions and their passages -> a sentence-transformers folder that retrieves with them."""
