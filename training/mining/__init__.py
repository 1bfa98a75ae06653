"""Mining: passages that look like the answer's and are not, found by the project's own retriever."""
