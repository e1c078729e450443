"""Which job may do what in the kernel's part of the panel: the one table. PostgreSQL decides first (`isolation.py`); a
right that stands here and not there ends in an error, and a test compares the two.
"""

from collections.abc import Mapping

from callcenter.models import Job

Rights = Mapping[str, str]
KEEPS = "view add change"

# Settings of services are an administrator's; a supervisor sees them, an accountant sees whom there is to bill.
SERVICE: Rights = {Job.ADMIN: KEEPS, Job.SUPERVISOR: "view", Job.ACCOUNTANT: "view"}
LINE: Rights = {Job.ADMIN: KEEPS, Job.SUPERVISOR: "view"}
SCENARIO: Rights = {Job.ADMIN: KEEPS, Job.SUPERVISOR: "view"}
# People, their desks and clearances are a supervisor's daily work. Of people a supervisor keeps operators alone.
PERSON: Rights = {Job.ADMIN: KEEPS, Job.SUPERVISOR: KEEPS}
WORKPLACE: Rights = {Job.ADMIN: KEEPS, Job.SUPERVISOR: KEEPS}
CLEARANCE: Rights = {Job.ADMIN: KEEPS, Job.SUPERVISOR: KEEPS}
# Links to programs that we do not own, with their keys.
CONNECTION: Rights = {Job.ADMIN: KEEPS, Job.SUPERVISOR: "view check"}
EXCHANGE: Rights = {Job.ADMIN: KEEPS}
OWN_CONNECTION: Rights = {Job.MANAGER: "view"}
OWN_SCENARIO: Rights = {Job.MANAGER: "view"}
# What the operators may offer is the service's own matter: a wish that is no longer one is deleted.
WISH: Rights = {Job.ADMIN: f"{KEEPS} delete", Job.SUPERVISOR: "view"}
OWN_WISH: Rights = {Job.MANAGER: f"{KEEPS} delete"}
