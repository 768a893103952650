"""The collector's office: the three reviews of the day, their sheets, decisions, stock and mails."""
