// Program gotd_server is a data centre that is not ours: the test server of github.com/gotd/td, for our clients to talk to.
//
// gotd does the key exchange, the messages, the framings and all encoding; the calls are answered here, by as little as a client
// needs to find. Two data centres listen on loopback: 2, where accounts live, and 4. One line of JSON tells where:
//
//	host port public_key       data centre 2 on TCP: every framing, obfuscated or not; the key is PEM, of both data centres
//	websocket                  the port of the same over WebSocket, path /apiws
//	mtproxy secret             the port of the same behind an MTProxy's obfuscation, and the secret
//	layer code users bot file  what the account's code is, who there is, a document that is kept at data centre 4
//
// Standard input takes commands, a line each; each is answered by a line on standard output, "done" if there is nothing to say:
//
//	next WHAT     the next call of the API meets trouble, see trouble.go
//	say PHONE TEXT    Bob writes to the account; lose PHONE TEXT: the same, but no update tells it
//	drop          all connections are closed
//	applied TEXT  how many messages with this text were sent
//	count NAME    how often something happened, see (*world).count
//
// It ends with its input.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gotd/log/logslog"

	"github.com/gotd/td/proto"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgtest"
	"github.com/gotd/td/transport"
)

const (
	home  = 2
	other = 4
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotd_server:", err)
		os.Exit(1)
	}
}

func listen() net.Listener {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	check(err)
	return l
}

func port(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// serve starts a data centre on all listeners. Another end than that of the listener ends the program: a test shall not wait in vain.
func serve(dc *tgtest.Server, listeners ...net.Listener) {
	for _, l := range listeners {
		go func() { check(dc.Serve(context.Background(), transport.Listen(l))) }()
	}
}

func main() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(err)
	secret := make([]byte, 16)
	_, err = rand.Read(secret)
	check(err)

	w := newWorld(proto.NewMessageIDGen(time.Now))
	w.log = logslog.New(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})))
	start := func(dc int) *tgtest.Server {
		return tgtest.NewServer(tgtest.NewPrivateKey(key), tgtest.UnpackInvoke(w.handler()), tgtest.ServerOptions{
			DC: dc, Logger: w.log, MessageID: w.ids,
		})
	}
	first, second := start(home), start(other)

	direct, far, proxy, web := listen(), listen(), listen(), listen()
	w.options = []tg.DCOption{
		{ID: home, IPAddress: "127.0.0.1", Port: port(direct)},
		{ID: other, IPAddress: "127.0.0.1", Port: port(far)},
	}
	pages, handler := transport.WebsocketListener(web.Addr())
	mux := http.NewServeMux()
	mux.Handle("/apiws", handler)
	go func() { check((&http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}).Serve(web)) }()
	serve(first, newGate(direct, nil), newGate(proxy, secret), pages)
	serve(second, newGate(far, nil))

	users := []map[string]any{}
	for _, a := range w.accounts {
		users = append(users, map[string]any{"name": a.user.FirstName, "phone": a.phone, "password": a.password, "id": a.user.ID})
	}
	pemKey := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)})
	file := w.documents[farFile]
	ready, err := json.Marshal(map[string]any{
		"host": "127.0.0.1", "port": port(direct), "public_key": string(pemKey), "websocket": port(web), "mtproxy": port(proxy),
		"secret": hex.EncodeToString(secret), "layer": tg.Layer, "code": code, "users": users, "bot": botToken,
		"file": map[string]any{"id": file.about.ID, "access_hash": file.about.AccessHash, "dc": file.about.DCID,
			"reference": hex.EncodeToString(file.about.FileReference), "size": file.about.Size, "sha256": hex.EncodeToString(file.digest())},
	})
	check(err)
	fmt.Println(string(ready))

	input := bufio.NewReader(os.Stdin)
	for {
		line, err := input.ReadString('\n')
		if err == io.EOF {
			return
		}
		check(err)
		verb, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		fmt.Println(w.obey(verb, rest))
	}
}
