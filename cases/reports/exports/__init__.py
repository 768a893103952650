"""The collector's office: large files, written by a worker while the browser shows how far they are."""
