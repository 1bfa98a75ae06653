"""Office files -> paragraphs, lists, tables and rows below their headings."""
