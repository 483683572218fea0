"""The wizard's settings with nothing but `benchmarks.formtools_peer` behind its middleware."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "formtools"]
ROOT_URLCONF = "benchmarks.formtools_peer"
