"""Connections and exchanges in the panels."""

from callcenter.panel import centre, service
from integrations.admin.connection import ConnectionAdmin, OwnConnectionAdmin
from integrations.admin.exchange import ExchangeAdmin
from integrations.models import Connection, Exchange

centre.register(Connection, ConnectionAdmin)
centre.register(Exchange, ExchangeAdmin)
service.register(Connection, OwnConnectionAdmin)
