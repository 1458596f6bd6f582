"""The cart as JSON: an ordinary Django view, which reads the session that Reflex handlers write."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop import cart


@never_cache
@require_safe
def cart_json(request: HttpRequest) -> JsonResponse:
    lines = cart.lines(request.session)
    return JsonResponse(
        {
            "user": request.user.get_username(),
            "count": cart.count(request.session),
            "total": str(cart.total(lines)),
            "lines": [
                {
                    "product": line.product.slug,
                    "quantity": line.quantity,
                    "total": str(line.total),
                }
                for line in lines
            ],
        }
    )
