"""Django's own settings for its suite, and our runner."""

from test_sqlite import *  # noqa: F403

TEST_RUNNER = "django_runner.Runner"
