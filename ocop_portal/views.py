"""Views of the portal itself."""

from django.shortcuts import render

from .worklist import work_of


def office(request):
    """The office's home page: what waits for the person who is signed in."""
    return render(request, "office.html", {"work": work_of(request.user)})


def csrf_failure(request, reason=""):
    """A form came back without its token, mostly after a long pause: say so and keep calm."""
    return render(request, "403_csrf.html", status=403)
