"""What gunicorn serves and `flask` commands run in."""

from fittrack import create_app
from fittrack.config import BadConfig

try:
    app = create_app()
except BadConfig as error:
    raise SystemExit(error.told()) from None
