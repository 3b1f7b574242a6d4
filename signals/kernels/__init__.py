"""Numbers: Numba functions over arrays; they know no files, ids or objects."""
