# One image for the site and its workers; compose.yaml says which is which.
FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 emofuse && mkdir -p /data /models && chown emofuse /data /models
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN pip install --no-cache-dir uv \
 && UV_TORCH_BACKEND=cpu uv pip install --system --no-cache --constraint constraints.txt '.[web-prod]' && rm -rf src
USER emofuse
ENV EMOFUSE_WEB_HOME=/data EMOFUSE_HOME=/models PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=65536
EXPOSE 8000
CMD ["gunicorn", "emofuse_web.config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--timeout", "120"]
