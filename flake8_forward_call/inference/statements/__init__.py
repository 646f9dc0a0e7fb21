"""What the statements of a file do: where they store values, which branch a call takes, what a constructor checks."""
