"""Virtual street controllers at the junctions of a scenario: what `signals drive` can be tried on without a street."""
