"""Can a policy be learnt here? A training run from beginning to end, one policy by hand, one of many agents."""
