"""Checking sets against the signed text, entering and correcting them: for officers."""

urlpatterns: list = []
