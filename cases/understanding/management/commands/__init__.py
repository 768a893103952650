"""Commands of understanding."""
