"""Template tags of the doctors' desk."""
