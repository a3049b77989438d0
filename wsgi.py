"""What gunicorn serves and `flask` commands run in."""

from fittrack import create_app

app = create_app()
