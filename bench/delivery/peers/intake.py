"""The bare DRF view: validate, insert one row, answer. No rights, no encryption, no audit."""

import uuid
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework import generics, serializers
from table import Order


class OrderSerializer(serializers.ModelSerializer):
    """The order as it comes."""

    class Meta:
        model = Order
        fields = ("id", "url", "body", "state")
        read_only_fields = ("id",)


class Create(generics.CreateAPIView):
    """POST one order."""

    serializer_class = OrderSerializer

    def perform_create(self, serializer: Any) -> None:
        serializer.save(id=uuid.uuid4())


urlpatterns = [path("orders", Create.as_view())]
application = get_wsgi_application()
