"""What every browser test starts with: people at screens, and Vĩnh Linh's programme."""

import io

import pytest
from django.core.management import call_command

from tests.browser.desk import Desk


@pytest.fixture
def faults():
    """What any browser of the test complained of; to be empty at its end."""
    return []


@pytest.fixture
def desk(browser, live_server, faults):
    """`desk(screen=PHONE)` gives a browser window; all are closed at the end."""
    opened = []

    def sit_down(**how) -> Desk:
        opened.append(Desk(browser, live_server, faults, **how))
        return opened[-1]

    yield sit_down
    for one in opened:
        one.close()


@pytest.fixture
def programme(db):
    """Vĩnh Linh as published, with its open cycle of 2020."""
    call_command("load_programme", stdout=io.StringIO())
