"""A state whose handlers say what they find of their request."""

import reflex as rx

from reflex_adapter.state import AppState
from tests.probe.report import READS, READS_OF_THE_DATABASE, report


class ReportState(AppState):
    """``found`` is the report of the last handler."""

    found: dict[str, str] = {}

    @rx.event
    async def look(self):
        self.found = report(self.request, READS)

    @rx.event
    def look_in_thread(self):
        self.found = report(self.request, {**READS, **READS_OF_THE_DATABASE})

    @rx.event
    async def look_in_steps(self):
        yield
        self.found = report(self.request, READS)
