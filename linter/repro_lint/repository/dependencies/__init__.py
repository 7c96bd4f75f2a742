"""Dependency files of all kinds, read into records."""
