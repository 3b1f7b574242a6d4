"""Street controllers on a bench: how good, how fast and how safe the loop over real sockets is."""
