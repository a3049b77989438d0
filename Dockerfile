# Two stages: the first has a compiler's worth of tools, the second only Python and the virtual environment.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir uv
COPY requirements.lock setup.cfg pyproject.toml ./
COPY fittrack fittrack
COPY sql sql
COPY migrations migrations
# The lock also holds what only developers need; the package's own list decides what is installed.
RUN /venv/bin/uv pip install --no-cache --python /venv/bin/python --constraint requirements.lock . \
    && /venv/bin/uv pip uninstall --python /venv/bin/python uv pip

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /app fittrack && install -d -o fittrack /app /app/var
WORKDIR /app
COPY --from=build /venv /venv
COPY wsgi.py ./
COPY deploy/gunicorn.conf.py deploy/gunicorn.conf.py
USER fittrack
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 FLASK_APP=wsgi FITTRACK_ENV=production HOST=0.0.0.0 PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
