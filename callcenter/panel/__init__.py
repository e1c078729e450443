"""The two panels: `centre` for the centre's staff, `service` for the manager of one taxi service."""

from callcenter.panel.models import PanelAdmin
from callcenter.panel.site import Section, centre, service

__all__ = ["PanelAdmin", "Section", "centre", "service"]
