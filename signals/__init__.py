"""Adaptive traffic-signal control."""
