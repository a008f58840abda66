"""The market as its users reach it: a client of the gateway, the core journey, the demo and the market filler."""
