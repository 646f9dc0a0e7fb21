"""What other code does with a value: who calls a function, who sets an attribute, where a value comes from."""
