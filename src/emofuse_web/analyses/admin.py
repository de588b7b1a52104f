"""What an administrator sees of analyses: that they are there, whose, and how they stand; never what they are called or what came out."""

from django.contrib import admin
from django.http import HttpRequest

from emofuse_web.analyses.models import Analysis


@admin.register(Analysis)
class AnalysisAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none at run time
    """Rows to be counted and looked at, not to be changed: services do that."""

    list_display = ("id", "owner", "mode", "model", "purpose", "setting", "status", "created", "expires")
    list_filter = ("mode", "purpose", "setting", "job__status")
    list_select_related = ("owner", "job")
    fields = ("id", "owner", "mode", "model", "version", "purpose", "setting", "reason_told", "notice", "consent", "created", "expires")
    readonly_fields = fields
    ordering = ("-created",)

    @admin.display(description="status")
    def status(self, analysis: Analysis) -> str:
        """Of its job."""
        return analysis.job.status

    @admin.display(description="reason told", boolean=True)
    def reason_told(self, analysis: Analysis) -> bool:
        """Whether there is a reason; what it says is the user's."""
        return bool(analysis.reason)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody, here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Analysis | None = None) -> bool:
        """Nobody, here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Analysis | None = None) -> bool:
        """Nobody, here: bytes would be left."""
        return False
