"""What a person or a script reads of a night: flags, gangs, rejects and communities as CSV, a summary, and one page.

`fraudgraph.reports.render.render` writes them all from a store's snapshot; `fraudgraph.reports.render.writable` says beforehand
whether it will be able to.
"""
