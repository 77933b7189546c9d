"""Scripts that produce the figures the project quotes: a book generator, quality, speed and memory."""
