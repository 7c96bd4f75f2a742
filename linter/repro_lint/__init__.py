"""Tell whether a machine-learning repository can be reproduced."""

__version__ = "0.1.0"
# For `if TYPE_CHECKING:`, without the 3 ms of start-up that `typing` costs.
TYPE_CHECKING = False
