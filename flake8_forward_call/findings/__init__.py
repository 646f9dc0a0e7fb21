"""What is reported: findings, which of them the user wants, and how they are recognised again later."""
