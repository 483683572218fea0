"""The wizard's settings with nothing but `benchmarks.hello` behind its middleware."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.hello"
