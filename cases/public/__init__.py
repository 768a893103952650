"""What the world may see: status page and request form."""
