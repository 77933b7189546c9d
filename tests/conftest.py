"""Being here puts this folder on the path: the tests of several rooms build their little books with `core_books`."""
