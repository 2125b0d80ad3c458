# The command `snapnames`, without a Pulumi engine: docs/installing.md says what it is for.
# The digest is that of the list of all platforms, and the tag only says what it is. Change both together.
FROM python:3.13.7-slim-bookworm@sha256:adafcc17694d715c905b4c7bebd96907a1fd5cf183395f0ebc4d3428bd22d92d AS build
WORKDIR /build
COPY requirements-cli.lock ./
RUN python -m venv /opt/snapnames
RUN /opt/snapnames/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements-cli.lock
COPY pyproject.toml README.md LICENSE ./
COPY dev/tracked.py dev/
COPY components components
RUN /opt/snapnames/bin/pip install --no-cache-dir --no-deps --no-index --no-build-isolation .

FROM python:3.13.7-slim-bookworm@sha256:adafcc17694d715c905b4c7bebd96907a1fd5cf183395f0ebc4d3428bd22d92d
COPY --from=build /opt/snapnames /opt/snapnames
ENV PATH=/opt/snapnames/bin:$PATH
WORKDIR /work
# A number, so that Kubernetes can check that it is not root.
USER 65532:65532
ENTRYPOINT ["snapnames"]
CMD ["--help"]
