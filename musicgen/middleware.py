"""Where the content security policy must give way: pages of others that need more than ours."""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

RELAXED = {
    # The admin's own scripts are Alpine expressions and inline handlers; only staff reach it.
    "/admin/": {"script-src": ["'self'", UNSAFE_INLINE, UNSAFE_EVAL], "style-src": ["'self'", UNSAFE_INLINE]},
    # Swagger UI writes style attributes.
    "/api/docs": {"style-src": ["'self'", UNSAFE_INLINE]},
}


def content_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Loosen the policy of the paths in ``RELAXED`` and of no other."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for prefix, directives in RELAXED.items():
            if request.path.startswith(prefix):
                response._csp_update = directives  # type: ignore[attr-defined]
        return response

    return middleware
