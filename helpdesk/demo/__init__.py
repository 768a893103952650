"""The demo's cast: handles and officers with invented names, for trying the helpdesk on one machine."""
