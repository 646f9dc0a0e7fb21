"""What ``speed.py`` is made of: how programs are measured, other tools, the growth with the project, and the plot."""
