# The service in a container: everything that it writes goes to the one volume /data, and it runs as a user of its own.
# docs/deploy.md tells the first start. Needs BuildKit, Docker's usual builder.
ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS build
# Where PyTorch's build for machines without a GPU is; the other packages come from pip's usual index.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/quaere/venv
ENV PATH=/opt/quaere/venv/bin:$PATH
WORKDIR /source
# The largest package first, in a layer that changes seldom.
COPY constraints.txt ./
RUN pip install -c constraints.txt --extra-index-url "$TORCH_INDEX" torch
COPY . .
RUN pip install -c constraints.txt --extra-index-url "$TORCH_INDEX" ".[postgres]"
# The models are converted now, so that the first question is quick: for processors with and without instructions for
# bytes, since the one that runs the container may be another.
ENV QUAERE_CACHE=/opt/models
WORKDIR /
RUN python -c "import components; from components.models.conversion import convert; from pipelines.settings import Settings; \
    [convert(getattr(Settings().models, role), role, precision) \
     for role in ('embedder', 'ranker', 'reader') for precision in ('int8', 'fp32')]"

FROM python:${PYTHON}
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin quaere \
    && install -d -o quaere -g quaere -m 0700 /data
COPY --from=build /opt/quaere /opt/quaere
# A new named volume begins with what stands at its place; in a folder of the host they are converted at first use.
# Not in the image alone: what the processor makes of them is written beside them.
COPY --from=build --chown=10001:10001 /opt/models /data/cache
ENV PATH=/opt/quaere/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    QUAERE_CACHE=/data/cache \
    QUAERE_DATA=/data/quaere
USER 10001:10001
# Also where a quaere.toml is looked for.
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health/ready', timeout=8)"]
ENTRYPOINT ["quaere"]
# All interfaces are those of the container. Without a key the service refuses to listen on them.
CMD ["serve", "--host", "0.0.0.0"]
