"""The world is Eclipse SUMO."""
