"""E-mail -> its fields, its words, what it quotes, and its attachments."""
