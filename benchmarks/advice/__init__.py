"""What advice is worth, asked of worlds that know what would have happened."""
