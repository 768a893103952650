"""A request enters: X, web form, telephone, paste, file."""
