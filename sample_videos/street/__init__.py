"""The drawn street: its camera, people, cars and story."""
