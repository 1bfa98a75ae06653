"""Text recognition: pictures of pages -> lines of text with a box for every character."""
