"""The world is a small simulator in memory."""
