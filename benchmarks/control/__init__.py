"""Does it control better? What stands beside the figures of ``signals bench``."""
