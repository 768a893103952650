# One image for web, worker, beat and the one-shot set-up job; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.txt .
RUN /opt/venv/bin/pip install -r requirements.txt
COPY . .
# Built in embedded mode, which needs no secrets; nothing of it but the static files and catalogues is kept.
RUN find locale -name '*.po' -execdir /opt/venv/bin/pybabel compile --input-file {} --output-file django.mo ';' \
 && DATA_DIR=/tmp/build STATIC_ROOT=/app/staticfiles /opt/venv/bin/python manage.py collectstatic --no-input \
 && /opt/venv/bin/python -m compileall -q helpdesk districts cases

FROM python:3.11-slim-bookworm
# Hindi in PDFs: a font is no Python package.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-noto-core && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin sahayata \
 && install --directory --owner=sahayata --mode=700 /data /data/media
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SAHAYATA_MODE=production DATA_DIR=/data STATIC_ROOT=/app/staticfiles
USER sahayata
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["python", "docker/web_answers.py"]
# 2 processes of 4 threads: the quickest of those measured on two cores (docs/deployment.md says when to change it).
CMD ["gunicorn", "helpdesk.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--log-level", "warning"]
