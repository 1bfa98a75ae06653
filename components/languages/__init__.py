"""What is known of languages: a pack for each, the signs of scripts, and which language a text is in.

Besides, its sentences, and where its words begin and end.
"""
