# The scoring service. No model is in the image: it reads the registry's folder, which is mounted.
#
#   docker build -t preclear .
#   docker run -p 8000:8000 --user "$(id -u):$(id -g)" \
#     -v "$PWD/mlruns:/data/mlruns:ro" -v "$PWD/var:/data/var" preclear

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /build
COPY requirements-uv.lock requirements-serve.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock
RUN uv venv --python python3.11 /opt/preclear
RUN uv pip install --python /opt/preclear/bin/python --compile-bytecode --require-hashes -r requirements-serve.lock
COPY pyproject.toml README.md LICENSE ./
COPY claims ./claims
COPY features ./features
COPY models ./models
COPY training ./training
COPY data_synth ./data_synth
COPY service ./service
COPY reports ./reports
COPY cli ./cli
RUN uv build --wheel --build-constraints requirements.lock --require-hashes --out-dir /wheel
RUN uv pip install --python /opt/preclear/bin/python --compile-bytecode --no-deps --no-index --find-links /wheel preclear

FROM python:3.11-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends fonts-dejavu-core libgomp1 libpango-1.0-0 libpangoft2-1.0-0 \
  && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin preclear \
  && install --directory --mode 0700 --owner preclear /data /data/var /data/mlruns
COPY --from=build /opt/preclear /opt/preclear
ENV PATH=/opt/preclear/bin:/usr/local/bin:/usr/bin:/bin \
  PYTHONUNBUFFERED=1 \
  PRECLEAR_HOME=/data/var \
  PRECLEAR_MLRUNS=/data/mlruns
WORKDIR /data
USER preclear
VOLUME ["/data/mlruns", "/data/var"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/v2/health/live', timeout=2)"]
CMD ["preclear", "serve", "--host", "0.0.0.0", "--port", "8000"]
