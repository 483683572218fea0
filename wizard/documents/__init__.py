"""The memo to send and to file: a tagged PDF and a Word file, made from the memo's stored content alone."""
