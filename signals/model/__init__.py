"""What exists: lanes, movements, signal groups, stages, intersections, networks, and the values that travel."""
