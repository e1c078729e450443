"""The centre's panel: services, lines, scenarios, people, workplaces and clearances."""

from callcenter.admin import preview  # noqa: F401 - puts its page into the panels
from callcenter.admin.clearance import ClearanceAdmin
from callcenter.admin.line import LineAdmin
from callcenter.admin.person import PersonAdmin
from callcenter.admin.scenario import ScenarioAdmin
from callcenter.admin.taxi_service import TaxiServiceAdmin
from callcenter.admin.wish import OwnWishAdmin, WishAdmin
from callcenter.admin.workplace import WorkplaceAdmin
from callcenter.api import panel  # noqa: F401 - puts its pages into the panels
from callcenter.models import Clearance, Line, Person, Scenario, TaxiService, Wish, Workplace
from callcenter.panel import centre, service

centre.register(TaxiService, TaxiServiceAdmin)
centre.register(Line, LineAdmin)
centre.register(Scenario, ScenarioAdmin)
centre.register(Wish, WishAdmin)
service.register(Wish, OwnWishAdmin)
centre.register(Person, PersonAdmin)
centre.register(Workplace, WorkplaceAdmin)
centre.register(Clearance, ClearanceAdmin)
