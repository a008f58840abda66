"""Messages of running the platform: what administrators do, wherever it is done."""
