"""Dates and numbers as offices here write them."""
