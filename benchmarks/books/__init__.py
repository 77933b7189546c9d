"""Synthetic books of applications with the truth beside them; every family is a module with a function `make`."""
