"""Django's own settings for its suite, and the runner that goes through our chain."""

from test_sqlite import *  # noqa: F403

TEST_RUNNER = "chain_runner.Runner"
