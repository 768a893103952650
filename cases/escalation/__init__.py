"""The clock: warns, moves late cases up the ladder, closes what nobody answers."""
