"""The first token: sign in with e-mail address and password, get a token for the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, authentication_classes, permission_classes, throttle_classes
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from accounts.services import signing_secret, token_for, user_by_password


class WrongCredentialsError(APIException):
    """No such address with such a password."""

    status_code = 401
    default_code = "wrong_credentials"
    default_detail = "E-mail address or password is wrong."


class TokenThrottle(AnonRateThrottle):
    """How often one address may try a password."""

    scope = "token"


class Credentials(serializers.Serializer):
    """Who asks for a token."""

    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=4096)


class TokenSerializer(serializers.Serializer):
    """The token, sent as ``Authorization: Token …``, and the secret that signs callbacks."""

    token = serializers.CharField()
    callback_secret = serializers.CharField()


@extend_schema(
    summary="Exchange e-mail address and password for a token", request=Credentials, responses=TokenSerializer
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
@throttle_classes([TokenThrottle])
def token(request: Request) -> Response:
    """Answer with the person's API token, made at the first call; 401 for wrong credentials."""
    credentials = Credentials(data=request.data)
    credentials.is_valid(raise_exception=True)
    user = user_by_password(**credentials.validated_data)
    if user is None:
        raise WrongCredentialsError
    return Response({"token": token_for(user=user).key, "callback_secret": signing_secret(user=user)})
