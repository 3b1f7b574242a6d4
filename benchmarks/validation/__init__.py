"""Does the built-in simulator say what SUMO says? Commands that run both and compare them."""
