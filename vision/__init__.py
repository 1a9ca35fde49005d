"""Pure computer-vision functions and values on arrays: no networks, clock, database or environment."""
