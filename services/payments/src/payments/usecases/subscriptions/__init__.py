"""What the use cases of subscriptions share."""
