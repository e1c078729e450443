"""Django's handler, behind which every ordinary request runs in a thread."""

import os
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")
application: Any = get_wsgi_application()
