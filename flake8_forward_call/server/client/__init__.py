"""What the user chooses in the editor: settings, an interpreter, and what the server logs."""
