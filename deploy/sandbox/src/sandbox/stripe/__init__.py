"""Stripe's API, as far as the marketplace needs it. Source of every rule and shape: https://docs.stripe.com/api."""
