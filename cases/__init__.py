"""The case and its journey; start reading at pipeline.py."""
