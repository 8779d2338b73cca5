"""From the world's arrays to claims, remittances and files."""
