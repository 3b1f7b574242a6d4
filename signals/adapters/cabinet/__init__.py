"""What every street protocol stands on: time, the firmware of a virtual cabinet, bounded reading."""
