"""What makes a run repeatable, and shows that it is."""
