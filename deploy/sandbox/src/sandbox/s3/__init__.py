"""Amazon's S3, as far as OpenChance uses it: objects in one bucket, signed requests, signed links and upload forms."""
