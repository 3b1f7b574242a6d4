"""What we believe: Readings → Snapshot."""
