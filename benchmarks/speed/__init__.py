"""Benchmarks of speed: is it fast enough, and beside what."""
