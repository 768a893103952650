"""The officer's desk: queue and case page."""
