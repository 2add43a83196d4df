"""The words that the company may change."""
