"""Journey 4, the roster: the week's calendar, leave, sheets and notes at the change of shift."""
