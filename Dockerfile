# One static binary on a base that has CA certificates, /tmp and a user without
# rights, and no shell. Time zones are inside the binary.
#   docker build --build-arg VERSION=v1.0.0 -t kafka-reset-bot .
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o kafka-reset-bot ./cmd/kafka-reset-bot
# SQLite needs a directory that the user may write to; a volume inherits its owner.
RUN mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /src/kafka-reset-bot /kafka-reset-bot
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
ENTRYPOINT ["/kafka-reset-bot"]
CMD ["serve", "-c", "/etc/kafka-reset-bot/config.yaml"]
