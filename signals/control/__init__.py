"""What we want: one file per method."""
