"""What a service's own programs read over HTTP: their keys, the common ground of every address, its description."""
