"""What calling an instance means, and whether it is equivalent to calling its ``forward``."""
