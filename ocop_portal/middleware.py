"""Headers that no package of the project sets."""


class PermissionsPolicyMiddleware:
    """Switch off the browser's sensors: the portal needs none of them."""

    header = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.header)
        return response
