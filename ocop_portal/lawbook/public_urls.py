"""The reading room and the rehearsal: open to everyone."""

urlpatterns: list = []
