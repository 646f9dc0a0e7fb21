"""Evidence short of proof: what suggests that a receiver is a module where its values could not be read."""
