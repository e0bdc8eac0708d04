# One image, one process: the service with an embedded database in the volume /var/lib/troly.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY bot bot
COPY handlers handlers
COPY flows flows
COPY data data
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/troly --create-home troly
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TROLY_DATA_DIR=/var/lib/troly \
    TROLY_HOST=0.0.0.0 \
    TROLY_PORT=8080
USER troly
WORKDIR /var/lib/troly
VOLUME /var/lib/troly
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["troly"]
CMD ["serve"]
