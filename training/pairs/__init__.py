"""Fine-tuning of models of (question, passage) pairs: readers, rankers, and the joint model that is both."""
