"""The collector's office: figures and exports."""
