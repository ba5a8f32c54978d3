"""The root of the public API: the one place, beside urls and settings, that knows every app."""
