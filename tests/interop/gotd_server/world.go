package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gotd/log"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
	"github.com/gotd/td/tgtest"
)

const (
	code     = "12345"
	botToken = "4242:GotdBotToken"
	farFile  = 4001
	crowd    = 300 // dialogs that everybody has: an answer that is worth compressing
)

type keyID = [8]byte

// post is a message in one account's box, and the pts that it made.
type post struct {
	message *tg.Message
	pts     int
}

type account struct {
	user            tg.User
	phone, password string
	token           string
	posts           []post
	sent            map[int64]*tg.Updates // by random_id: what was answered
}

func (a *account) pts() int { return 1 + len(a.posts) }

type document struct {
	about   tg.Document
	content []byte
}

func (d *document) digest() []byte { sum := sha256.Sum256(d.content); return sum[:] }

// live is a session that was heard of, and who it belongs to.
type live struct {
	server  *tgtest.Server
	session tgtest.Session
}

// world is everything that the data centres know. All of it is guarded by mu, which is held while a call is answered.
type world struct {
	mu        sync.Mutex
	ids       *proto.MessageIDGen
	log       log.Logger
	options   []tg.DCOption
	accounts  []*account
	signedIn  map[keyID]*account
	awaited   map[keyID]*account // the code was right, the password is missing
	bound     map[keyID]keyID    // temporary keys, and the permanent ones behind them
	challenge map[int64]*challenge
	live      map[int64]live
	parts     map[int64]map[int][]byte
	documents map[int64]*document
	exported  map[int64]*account
	trouble   []string
	withheld  map[int64]withheld
	counts    map[string]int
}

func newWorld(ids *proto.MessageIDGen) *world {
	w := &world{
		ids: ids, signedIn: map[keyID]*account{}, awaited: map[keyID]*account{}, bound: map[keyID]keyID{},
		challenge: map[int64]*challenge{}, live: map[int64]live{}, parts: map[int64]map[int][]byte{},
		documents: map[int64]*document{}, exported: map[int64]*account{}, withheld: map[int64]withheld{}, counts: map[string]int{},
	}
	w.add(account{phone: "+15550001", user: tg.User{FirstName: "Ada", Username: "ada"}})
	w.add(account{phone: "+15550002", user: tg.User{FirstName: "Bob", Username: "bob"}, password: "open, sesame ä€"})
	w.add(account{phone: "+15554003", user: tg.User{FirstName: "Dora", Username: "dora"}}) // her home is data centre 4
	w.add(account{token: botToken, user: tg.User{FirstName: "Bot", Username: "gotd_bot", Bot: true}})
	content := make([]byte, 3<<20+77)
	for i := range content {
		content[i] = byte(i * i >> 8)
	}
	w.documents[farFile] = &document{content: content, about: tg.Document{
		ID: farFile, AccessHash: -4001, FileReference: []byte{1, 2, 3}, MimeType: "application/octet-stream",
		Size: int64(len(content)), DCID: other, Date: 1,
	}}
	return w
}

func (w *world) add(a account) {
	a.user.ID = 9000 + int64(len(w.accounts))
	a.user.AccessHash = a.user.ID * 0x1234567
	a.user.Phone = strings.TrimPrefix(a.phone, "+")
	a.sent = map[int64]*tg.Updates{}
	w.accounts = append(w.accounts, &a)
}

func (w *world) byPhone(phone string) *account {
	for _, a := range w.accounts {
		if a.phone != "" && strings.TrimPrefix(phone, "+") == a.phone[1:] {
			return a
		}
	}
	return nil
}

func (w *world) byID(id int64) *account {
	for _, a := range w.accounts {
		if a.user.ID == id {
			return a
		}
	}
	return nil
}

// seen is a user as the viewer sees them.
func seen(a, viewer *account) *tg.User {
	u := a.user
	u.Self = a == viewer
	return &u
}

// keep puts a message into an account's box.
func (w *world) keep(a *account, m tg.Message) *tg.UpdateNewMessage {
	m.ID, m.Date = len(a.posts)+1, int(time.Now().Unix())
	a.posts = append(a.posts, post{&m, a.pts() + 1})
	return &tg.UpdateNewMessage{Message: &m, Pts: a.pts(), PtsCount: 1}
}

// tell sends an update to all sessions of an account but one.
func (w *world) tell(a *account, from *account, update tg.UpdateClass, but int64) {
	for id, l := range w.live {
		if id == but || w.owner(l.session) != a {
			continue
		}
		err := l.server.Send(context.Background(), l.session, proto.MessageFromServer, &tg.Updates{
			Updates: []tg.UpdateClass{update}, Users: []tg.UserClass{seen(from, a), seen(a, a)}, Date: int(time.Now().Unix()),
		})
		if err != nil { // its connection is gone
			delete(w.live, id)
		}
	}
}

// owner is who signed in with the session's key, or with the permanent key behind it.
func (w *world) owner(s tgtest.Session) *account { return w.signedIn[w.permanent(s.AuthKey.ID)] }

func (w *world) permanent(key keyID) keyID {
	if behind, ok := w.bound[key]; ok {
		return behind
	}
	return key
}

func (w *world) count(what string) { w.counts[what]++ }

// obey does what a line of standard input says.
func (w *world) obey(verb, rest string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch verb {
	case "next":
		w.trouble = append(w.trouble, rest)
	case "say", "lose":
		phone, text, _ := strings.Cut(rest, " ")
		to, from := w.byPhone(phone), w.byPhone("+15550002")
		if to == nil {
			return "nobody has this number"
		}
		update := w.keep(to, tg.Message{PeerID: &tg.PeerUser{UserID: from.user.ID}, Message: text})
		if verb == "say" {
			w.tell(to, from, update, 0)
		}
	case "drop":
		for id, l := range w.live {
			l.server.ForceDisconnect(l.session)
			delete(w.live, id)
		}
	case "applied":
		return fmt.Sprint(w.counts["sent "+rest])
	case "count":
		return fmt.Sprint(w.counts[rest])
	default:
		return "unknown command " + verb
	}
	return "done"
}

// call is one request on its way to its answer.
type call struct {
	w       *world
	server  *tgtest.Server
	req     *tgtest.Request
	trouble string
}

func (c *call) key() keyID { return c.w.permanent(c.req.Session.AuthKey.ID) }

// caller is who signed in.
func (c *call) caller() (*account, error) {
	if a := c.w.signedIn[c.key()]; a != nil {
		return a, nil
	}
	return nil, tgerr.New(401, "AUTH_KEY_UNREGISTERED")
}

type request[Q any] interface {
	*Q
	bin.Decoder
	TypeID() uint32
	TypeName() string
}

// on registers what answers a method.
func on[Q any, P request[Q]](w *world, d *tgtest.Dispatcher, f func(c *call, q P) error) {
	d.HandleFunc(P(new(Q)).TypeID(), func(server *tgtest.Server, req *tgtest.Request) error {
		q := P(new(Q))
		raw := hex.EncodeToString(req.Buf.Raw())
		if err := q.Decode(req.Buf); err != nil || req.Buf.Len() != 0 {
			return tgerr.New(400, fmt.Sprintf("INPUT_REQUEST_INVALID: %v, %d bytes left of %s", err, req.Buf.Len(), raw))
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.count(q.TypeName())
		w.live[req.Session.ID] = live{server, req.Session}
		c := &call{w: w, server: server, req: req}
		if done, err := c.meetTrouble(); done || err != nil {
			return err
		}
		return f(c, q)
	})
}
