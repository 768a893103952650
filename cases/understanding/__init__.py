"""Text -> Reading; pure."""
