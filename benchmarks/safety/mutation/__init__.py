"""Mutants of the safety layer, and what they are held against."""
