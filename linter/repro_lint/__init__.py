"""Tell whether a machine-learning repository can be reproduced."""

__version__ = "0.1.0"
