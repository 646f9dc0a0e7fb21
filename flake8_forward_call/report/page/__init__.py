"""What the HTML report is built of."""
