# docker build --tag repro-lint .
# docker run --rm --volume "$PWD:/repository:ro" repro-lint
FROM python:3.13.15-slim-bookworm@sha256:2325bb286ec344af3e5898cc224b5844e2707ac6e26b1632516fd3edc84a5e26

COPY requirements/run.txt /opt/repro-lint/requirements.txt
RUN pip install --no-cache-dir --require-hashes --requirement /opt/repro-lint/requirements.txt
COPY linter/repro_lint /opt/repro-lint/repro_lint

ENV PYTHONPATH=/opt/repro-lint
USER nobody
WORKDIR /repository
ENTRYPOINT ["python", "-m", "repro_lint"]
