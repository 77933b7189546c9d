"""The book in a browser on this machine, to read: search, queue, gangs, a graph that grows hop by hop, paths, and any night before.

Pages are made here and are whole without a script; what is open in the graph stands in the page's address, so that Back works and a page
can be opened again. Values are masked always, and none is ever part of an address: what is searched for travels in the body of a request,
and a value is called by its reference (``phone@APPLICATION``).
"""
