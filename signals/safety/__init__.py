"""What is allowed: interstage, monitor, guard, fallback."""
