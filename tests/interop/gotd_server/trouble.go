package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/tgerr"
	"github.com/gotd/td/tgtest"
)

// meetTrouble does what `next` asked for, one of
//
//	salt            bad_server_salt: the call is not processed
//	bad CODE        bad_msg_notification, likewise
//	drop            the connection is closed, the call is not processed
//	error CODE TEXT an error of the API
//	lost            the call is processed, and its connection closed instead of an answer
//	session         the server says that it begins a new session
//	state           the server asks for the state of the call's message
//	gzip, container, container-gzip    how the answer is packed
//	withhold        the answer is only announced: msg_detailed_info
//
// The last four only change how the call is answered, so this tells whether nothing is left to do.
func (c *call) meetTrouble() (bool, error) {
	if len(c.w.trouble) == 0 {
		return false, nil
	}
	c.trouble, c.w.trouble = c.w.trouble[0], c.w.trouble[1:]
	var number int
	var text string
	switch {
	case c.trouble == "salt":
		return true, c.notify(&mt.BadServerSalt{BadMsgID: c.req.MsgID, BadMsgSeqno: 1, ErrorCode: 48, NewServerSalt: rand.Int64()})
	case scan(c.trouble, "bad %d", &number):
		return true, c.notify(&mt.BadMsgNotification{BadMsgID: c.req.MsgID, BadMsgSeqno: 1, ErrorCode: number})
	case scan(c.trouble, "error %d %s", &number, &text):
		return true, tgerr.New(number, text)
	case c.trouble == "drop":
		c.server.ForceDisconnect(c.req.Session)
		return true, nil
	case c.trouble == "session":
		return false, c.notify(&mt.NewSessionCreated{FirstMsgID: c.req.MsgID, UniqueID: rand.Int64(), ServerSalt: rand.Int64()})
	case c.trouble == "state":
		return false, c.notify(&mt.MsgsStateReq{MsgIDs: []int64{c.req.MsgID, c.w.ids.New(proto.MessageFromServer)}})
	}
	return false, nil
}

func scan(text, format string, into ...any) bool {
	n, err := fmt.Sscanf(text, format, into...)
	return err == nil && n == len(into)
}

func (c *call) notify(message bin.Encoder) error {
	return c.server.Send(c.req.RequestCtx, c.req.Session, proto.MessageFromServer, message)
}

// withheld is an answer that was announced.
type withheld struct {
	server *tgtest.Server
	req    tgtest.Request
	answer raw
}

type raw []byte

func (r raw) Encode(b *bin.Buffer) error { b.Put(r); return nil }

func encoded(message bin.Encoder) (raw, error) {
	var b bin.Buffer
	err := message.Encode(&b)
	return bytes.Clone(b.Raw()), err
}

// answer sends a call's result, by the way that the trouble names.
func (c *call) answer(result bin.Encoder) error {
	if c.trouble == "lost" {
		c.server.ForceDisconnect(c.req.Session)
		return nil
	}
	object, err := encoded(result)
	if err != nil {
		return err
	}
	switch c.trouble {
	case "gzip":
		return c.server.SendGZIP(c.req, object)
	case "container", "container-gzip":
		return c.answerInContainer(object)
	case "withhold":
		id := c.w.ids.New(proto.MessageServerResponse)
		kept := *c.req
		kept.Buf = nil
		c.w.withheld[id] = withheld{c.server, kept, object}
		return c.notify(&mt.MsgDetailedInfo{MsgID: c.req.MsgID, AnswerMsgID: id, Bytes: len(object)})
	}
	return c.server.SendResult(c.req, object)
}

// answerInContainer packs an acknowledgement, the answer and a pong of no ping together.
func (c *call) answerInContainer(object raw) error {
	if c.trouble == "container-gzip" {
		packed, err := encoded(proto.GZIP{Data: object})
		if err != nil {
			return err
		}
		object = packed
	}
	var container proto.MessageContainer
	for i, m := range []bin.Encoder{
		&mt.MsgsAck{MsgIDs: []int64{c.req.MsgID}},
		&proto.Result{RequestMessageID: c.req.MsgID, Result: object},
		&mt.Pong{MsgID: c.req.MsgID, PingID: 1},
	} {
		body, err := encoded(m)
		if err != nil {
			return err
		}
		kind := []proto.MessageType{proto.MessageFromServer, proto.MessageServerResponse, proto.MessageFromServer}[i]
		container.Messages = append(container.Messages, proto.Message{ID: c.w.ids.New(kind), Bytes: len(body), Body: body})
	}
	return c.notify(&container)
}

// resend sends what was announced.
func (c *call) resend(q *mt.MsgResendReq) error {
	for _, id := range q.MsgIDs {
		kept, ok := c.w.withheld[id]
		if !ok {
			continue
		}
		delete(c.w.withheld, id)
		c.w.count("resent")
		if err := kept.server.SendResult(&tgtest.Request{
			DC: kept.req.DC, Session: kept.req.Session, MsgID: kept.req.MsgID, RequestCtx: c.req.RequestCtx,
		}, kept.answer); err != nil {
			return err
		}
	}
	return nil
}
