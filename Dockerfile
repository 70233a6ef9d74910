# One image for both parts of the site: `gunicorn` (portal and API) and `python manage.py worker`.
# A CPU build of PyTorch comes from an index of your choosing:
#   docker build --build-arg PIP_EXTRA_INDEX_URL=<index with CPU wheels> -t songwright .

FROM node:20-slim AS front
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY scripts/vendor.mjs scripts/
RUN npm run vendor

FROM python:3.11-slim AS packages
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_EXTRA_INDEX_URL=$PIP_EXTRA_INDEX_URL
WORKDIR /app
COPY requirements.txt requirements-words.txt constraints.txt ./
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r requirements.txt \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps -r requirements-words.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    VAR_DIR=/data \
    NUMBA_CACHE_DIR=/app/.numba
# ffmpeg writes AAC and Opus; every other format is written without it.
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 songwright \
    && mkdir /data /app && chown songwright:songwright /data /app
USER songwright
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=front --chown=songwright /app/node_modules/@librescore node_modules/@librescore
COPY --chown=songwright . .
COPY --from=front --chown=songwright /app/static/vendor static/vendor
# The kernels are compiled once, here, not at every start. (What a release needs besides: compose.yaml, "release".)
RUN python -c "from studio.produce import warm_up; warm_up()"
VOLUME /data
EXPOSE 8000
# Exec form: the stop signal reaches this process itself, not a shell around it.
CMD ["gunicorn"]
