# Sinew in a container: docker build -t sinew . ; docker run --rm -v "$PWD:/work" sinew tasks
# The CPU that builds may be another than the one that runs, so it is compiled without -march=native.
FROM debian:12

WORKDIR /src
COPY scripts scripts
RUN scripts/install-packages.sh && rm -rf /var/lib/apt/lists/*

COPY . .
RUN cmake --preset release -DSINEW_NATIVE=OFF -DSINEW_TESTS=OFF \
  && cmake --build build -j "$(scripts/jobs.sh)" \
  && cmake --install build --component program \
  && rm -rf build

WORKDIR /work
ENTRYPOINT ["sinew"]
CMD ["--help"]
