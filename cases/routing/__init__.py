"""Case -> officer on duty and promised times; decisions only."""
