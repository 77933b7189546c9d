"""The book's graph for other tools: people, the values that they share, and what ties them, as files of several forms."""
