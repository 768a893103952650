"""Template tags of the frame: the clock, ages, masked phones."""
