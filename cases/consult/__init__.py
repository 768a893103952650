"""The 24-hour doctor desk."""
