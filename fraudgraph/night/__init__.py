"""A night: what tonight's applications change in a stored book, found from what they touch alone."""
