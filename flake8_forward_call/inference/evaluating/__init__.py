"""The type of an expression: values, attributes, calls, containers and annotations."""
