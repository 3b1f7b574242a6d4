"""Offline design of plans: cycle, split, intergreen."""
