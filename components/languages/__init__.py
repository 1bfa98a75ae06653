"""What is known of languages: which one a text is in, its sentences, words and marks."""
