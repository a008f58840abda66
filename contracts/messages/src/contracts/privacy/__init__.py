"""What every service answers and tells about one person's data: `<service>.privacy`."""
