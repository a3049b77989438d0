"""What gunicorn serves and `flask` commands run in."""

import gc

# A third of the start went into a search for garbage among modules, all of which stay. Frozen,
# their pages are shared by gunicorn's workers, and no later search touches them.
gc.disable()

from fittrack import create_app  # noqa: E402
from fittrack.config import BadConfig  # noqa: E402

try:
    app = create_app()
except BadConfig as error:
    raise SystemExit(error.told()) from None

gc.freeze()
gc.enable()
