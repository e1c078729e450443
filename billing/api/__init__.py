"""What a service's own programs read of money."""
