"""What the command line can do: modules with `add_arguments(parser)` and `run(arguments)`."""
