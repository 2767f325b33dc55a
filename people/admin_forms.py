"""Forms of the admin that refuse what the site could do nothing with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import ModelForm
from django.utils import timezone

from sandboxes.spec.names import dns_label

if TYPE_CHECKING:
    AnyForm = ModelForm[Model]
else:  # Django's own class takes no parameter
    AnyForm = ModelForm


class TeamForm(AnyForm):
    """Refuses a name that the site's pages would find no team by."""

    def clean_name(self) -> str:
        found: str = self.cleaned_data["name"].strip()
        if complaints := dns_label(found):
            raise ValidationError(list(complaints))
        return found


class EventCodeForm(AnyForm):
    """Refuses a code that would let nobody in. One that is there may be ended by a time that has passed."""

    class Meta:
        labels = {
            "expires_at": "Ends at (UTC)",
            "most_guests": "Guests at most",
            "guest_minutes": "Minutes that each stays",
        }
        help_texts = {
            "event": "What it is for. The code itself is made when you save, and shown once.",
            "most_guests": "So many people may come in with the code.",
            "guest_minutes": "Then a guest is signed out, and their pods are deleted; also after the code's own end.",
        }

    def clean_expires_at(self) -> Any:
        ends = self.cleaned_data["expires_at"]
        if self.instance.pk is None and ends <= timezone.now():
            raise ValidationError("This time has passed: nobody could come in with the code.")
        return ends

    def clean_most_guests(self) -> int:
        return self._at_least_one("most_guests")

    def clean_guest_minutes(self) -> int:
        return self._at_least_one("guest_minutes")

    def _at_least_one(self, field: str) -> int:
        found: int = self.cleaned_data[field]
        if found < 1:
            raise ValidationError("This must be 1 at least.")
        return found
