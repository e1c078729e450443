# One image for every process of the centre; docker-compose.yml says which process each container is.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.txt
COPY . ./
# Nothing is opened with these values: they only let the settings load.
RUN /venv/bin/pybabel --quiet compile --directory locale --domain django \
    && CALLCENTER_ROLE=migrate STATIC_ROOT=/app/staticfiles REDIS_URL=redis://127.0.0.1:1/0 \
       SECRET_KEY=nothing-is-signed-with-this-key-it-only-lets-settings-load \
       KEY_ENCRYPTION_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
       DATABASE_URL_MIGRATE=postgres://nobody@127.0.0.1:1/none DATABASE_URL_KEYS_MIGRATE=postgres://nobody@127.0.0.1:1/none \
       /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
USER 10001:10001
CMD ["python", "-m", "uvicorn", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "5", "callcenter.asgi:application"]
