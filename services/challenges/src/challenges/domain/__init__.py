"""What challenges is about: plain data and rules, no I/O."""
