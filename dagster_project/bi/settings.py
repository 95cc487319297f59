"""Superset's settings, read by Superset's own interpreter (SUPERSET_CONFIG_PATH); what is not here is its default."""

import os
from pathlib import Path
from typing import Any

from superset.utils.log import StdOutEventLogger

STATE = Path(os.environ["TILLROLL_BI_STATE"])

APP_NAME = "Tillroll"
SECRET_KEY = (STATE / "secret_key").read_text()

# Superset keeps users and dashboards here. Of the warehouse it may read Gold, and is given no corner to write in.
SQLALCHEMY_DATABASE_URI = f"sqlite:///{STATE / 'superset.db'}"
# A dashboard asks for a dozen charts at once, and SQLite lets one write at a time.
SQLALCHEMY_ENGINE_OPTIONS: dict[str, Any] = {"connect_args": {"timeout": 30}}
# Every click would be such a write: into the log with them.
EVENT_LOGGER = StdOutEventLogger()

# The page is told to load nothing from elsewhere: no fonts, no maps, no pixel that counts its readers.
TALISMAN_CONFIG: dict[str, Any] = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
THEME_FONT_URL_ALLOWED_DOMAINS: list[str] = []

# One machine, one person, no other servers beside it.
RATELIMIT_STORAGE_URI = "memory://"
FEATURE_FLAGS = {"ALERT_REPORTS": False, "THUMBNAILS": False}

# Gold is refreshed while people look at it: nothing is kept that could be older than the warehouse.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
