"""Reports in words, one module for each format, each with `render(report) -> str`."""
