"""Where and who: geography, officers, duty. Knows nothing of cases."""
