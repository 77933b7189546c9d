"""What an analyst asks of a book: find a value, show what there is of somebody, walk from them, say why, and try what if.

Everything is read through the store's port, and every value leaves masked (`looks`).
"""
