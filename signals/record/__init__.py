"""What happened: recorder, tables, metrics."""
