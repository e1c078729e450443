"""The kernel's tables, one file per noun."""

from callcenter.models.audit import AuditEntry, AuditHead
from callcenter.models.clearance import Clearance
from callcenter.models.dialog import Notice, Wish
from callcenter.models.grant import Grant, GrantKind
from callcenter.models.invitation import Invitation, InvitationPurpose
from callcenter.models.line import Line
from callcenter.models.people import Credential, Job, Person, Seat, SeatState, Workplace
from callcenter.models.program_key import ProgramKey, Scope
from callcenter.models.scenario import Scenario
from callcenter.models.service import TaxiService

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Clearance",
    "Credential",
    "Grant",
    "GrantKind",
    "Invitation",
    "InvitationPurpose",
    "Job",
    "Line",
    "Notice",
    "Person",
    "ProgramKey",
    "Scenario",
    "Scope",
    "Seat",
    "SeatState",
    "TaxiService",
    "Wish",
    "Workplace",
]
