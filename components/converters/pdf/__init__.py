"""PDF -> paragraphs, lists, tables and headings, with a box for every character."""
