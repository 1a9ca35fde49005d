"""The drawn parking lot: its cameras, cars and story."""
