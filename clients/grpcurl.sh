#!/usr/bin/env bash
# Telegram from a shell, through the proxy's reflection. The interop tests run it.
set -euo pipefail
PROXY=${PROXY:-localhost:11011}
with=(-plaintext -H "authorization: Bearer ${TOKEN:-}" -H "mtproto-account: ${ACCOUNT:-}")

grpcurl "${with[@]}" "$PROXY" list mtproto.Mtproto
grpcurl "${with[@]}" "$PROXY" describe mtproto.ReqMessagesSendMessage
grpcurl "${with[@]}" -d '{"offset_peer": {"input_peer_empty": {}}, "limit": 20}' "$PROXY" mtproto.Mtproto/MessagesGetDialogs
grpcurl "${with[@]}" -d '{"peer": {"input_peer_self": {}}, "message": "Hello MTProto", "random_id": '$RANDOM$RANDOM'}' \
    "$PROXY" mtproto.Mtproto/MessagesSendMessage
grpcurl "${with[@]}" -max-time "${SECONDS_TO_LISTEN:-3600}" -d '{"kinds": ["updateNewMessage"]}' "$PROXY" mtproto.UpdateStreamer/ListenOnUpdates
