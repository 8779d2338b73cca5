"""A practice and its payers, invented: 837 and 835 files, and the truth beside them."""
