# syntax=docker/dockerfile:1
# The relay of all outboxes: its run-time dependencies alone, as pinned in constraints.txt. Build from the workspace root:
#   docker build --file deploy/docker/relay.Dockerfile --tag openchance/relay .

FROM python:3.11-slim-bookworm AS build
WORKDIR /workspace
COPY constraints.txt ./
COPY deploy/docker/runtime_requirements.py deploy/docker/
COPY contracts/messages/pyproject.toml contracts/messages/
COPY contracts/chassis/pyproject.toml contracts/chassis/
RUN python deploy/docker/runtime_requirements.py 'contracts/chassis[relay]' > /tmp/run.txt \
    && python deploy/docker/runtime_requirements.py hatchling > /tmp/build.txt \
    && python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /tmp/run.txt \
    && pip install --no-cache-dir --no-deps --require-hashes --requirement /tmp/build.txt
COPY contracts contracts
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels ./contracts/messages ./contracts/chassis \
    && /venv/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin openchance
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RELAY_HEALTH_PORT=8080
USER 10001
WORKDIR /tmp
EXPOSE 8080
CMD ["python", "-m", "chassis.relay"]
