"""Plans, subscriptions, their periods and bills, and what an owner is entitled to."""
