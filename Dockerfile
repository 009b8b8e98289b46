# syntax=docker/dockerfile:1
# Targets: `server` (default; roles by ROLE, needs a Temporal server) and `dev` (with a Temporal server inside).
# Debian, because Temporal's core has no musl build. `docker build --platform linux/arm64 .` builds for a Pi.

FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV NODE_ENV=development
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --include=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY executors executors
COPY hooks hooks
COPY docs/errors docs/errors
COPY web web
COPY scripts/build-web.mjs scripts/find-node.mjs scripts/web-build.mjs scripts/
RUN npm run build
# The image has its own Node, so the packaged ones go; --omit=optional would take DuckDB's binding with them.
# Temporal's core comes for five platforms at 25 to 30 MB each: the image runs on one.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/node-linux-* node_modules/node-bin-* node_modules/node-win-* node_modules/.bin/node* \
 && case "$(dpkg --print-architecture)" in \
      amd64) keep=x86_64-unknown-linux-gnu ;; \
      arm64) keep=aarch64-unknown-linux-gnu ;; \
      *) echo "no Temporal core for this platform" >&2; exit 1 ;; \
    esac \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$keep" -exec rm -rf {} +

FROM node:24-bookworm-slim AS runtime
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/package.json /app/package-lock.json ./
COPY LICENSE ./
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 METRICS_PORT=9464 DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8000 9464
STOPSIGNAL SIGTERM
# A worker serves its probes on METRICS_PORT, everything else on PORT.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const e=process.env;fetch(`http://127.0.0.1:${e.ROLE==='worker'?e.METRICS_PORT:e.PORT}/live`).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "dist/src/main.js"]
CMD ["start"]

FROM golang:1.26-bookworm AS temporal-cli
RUN CGO_ENABLED=0 go install -trimpath -ldflags "-s -w" github.com/temporalio/cli/cmd/temporal@v1.5.1

FROM runtime AS dev
COPY --from=temporal-cli /go/bin/temporal /usr/local/bin/temporal
ENV ROLE=all TEMPORAL_CLI_PATH=/usr/local/bin/temporal

FROM runtime AS server
ENV ROLE=api
