package main

import (
	"bufio"
	"bytes"
	"io"
	"net"

	"github.com/gotd/td/mtproxy/obfuscated2"
)

// gate puts connections that begin plainly and obfuscated ones behind one port, as Telegram has it; gotd has a listener for each.
// A connection is handed on once it has said how it begins: gotd's server ends when the first connection fails that it accepted.
type gate struct {
	net.Listener
	secret []byte // of an MTProxy, where every connection is obfuscated
	begun  chan net.Conn
}

func newGate(l net.Listener, secret []byte) *gate {
	g := &gate{Listener: l, secret: secret, begun: make(chan net.Conn)}
	go func() {
		for {
			conn, err := l.Accept()
			check(err)
			go g.begin(conn)
		}
	}()
	return g
}

func (g *gate) Accept() (net.Conn, error) { return <-g.begun, nil }

// begin finds out by the first bytes. https://core.telegram.org/mtproto/mtproto-transports
func (g *gate) begin(conn net.Conn) {
	in := bufio.NewReader(conn)
	plain, err := false, error(nil)
	if g.secret == nil {
		plain, err = isPlain(in)
	}
	begun := &startedConn{Conn: conn, in: in, out: conn}
	if err == nil && !plain {
		var stream io.ReadWriter
		var about obfuscated2.Metadata
		stream, about, err = obfuscated2.Accept(begun, g.secret)
		tag := about.Protocol[:]
		if tag[0] == 0xef {
			tag = tag[:1]
		}
		begun = &startedConn{Conn: conn, in: io.MultiReader(bytes.NewReader(tag), stream), out: stream}
	}
	if err != nil {
		_ = conn.Close()
		return
	}
	g.begun <- begun
}

func isPlain(in *bufio.Reader) (bool, error) {
	begin, err := in.Peek(1)
	if err != nil || begin[0] == 0xef {
		return true, err
	}
	begin, err = in.Peek(8)
	if err != nil {
		return false, err
	}
	padded, intermediate := bytes.Repeat([]byte{0xdd}, 4), bytes.Repeat([]byte{0xee}, 4)
	full := bytes.Equal(begin[4:], make([]byte, 4)) // length, and the number of the first packet
	return full || bytes.HasPrefix(begin, padded) || bytes.HasPrefix(begin, intermediate), nil
}

type startedConn struct {
	net.Conn
	in  io.Reader
	out io.Writer
}

func (c *startedConn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c *startedConn) Write(p []byte) (int, error) { return c.out.Write(p) }
