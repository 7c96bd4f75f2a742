"""Experiments that show which stream a call draws from."""
