"""Is it safe? Commands that try to break the safety layer, and say what they tried."""
