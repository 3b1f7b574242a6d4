"""A cabinet in memory: for contract tests and dry runs. There is no wire in it."""
