"""Who may sign in, and with what."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class PeopleConfig(AppConfig):
    name = "people"


class AdminsConfig(admin.AdminConfig):
    """Django's admin, at our own site (`admin_site.py`)."""

    default = False  # of the two in this module the other one is `people`
    default_site = "people.admin_site.Site"
