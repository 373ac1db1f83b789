package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
	"github.com/gotd/td/tgtest"
	"github.com/gotd/td/tgtest/services"
)

// handler answers all calls that there are; the others fail as gotd's own services say it.
func (w *world) handler() tgtest.Handler {
	d := tgtest.NewDispatcher().Fallback(services.NotImplemented)
	w.registerSignIn(d)
	w.registerMessages(d)
	w.registerFiles(d)
	on(w, d, func(c *call, _ *tg.HelpGetConfigRequest) error {
		now := int(time.Now().Unix())
		return c.answer(&tg.Config{Date: now, Expires: now + 3600, ThisDC: c.req.DC, DCOptions: w.options, MeURLPrefix: "https://t.me/"})
	})
	on(w, d, func(c *call, _ *tg.HelpGetNearestDCRequest) error {
		return c.answer(&tg.NearestDC{Country: "DE", ThisDC: c.req.DC, NearestDC: home})
	})
	// What is no call of the API is left out of the counting, and of trouble.
	d.HandleFunc(mt.MsgsAckTypeID, func(_ *tgtest.Server, req *tgtest.Request) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.count("msgs_ack")
		return nil
	})
	d.HandleFunc(mt.MsgsStateInfoTypeID, func(_ *tgtest.Server, req *tgtest.Request) error {
		var info mt.MsgsStateInfo
		if err := info.Decode(req.Buf); err != nil {
			return err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.count(fmt.Sprintf("msgs_state_info %x", info.Info))
		return nil
	})
	d.HandleFunc(mt.MsgResendReqTypeID, func(server *tgtest.Server, req *tgtest.Request) error {
		var q mt.MsgResendReq
		if err := q.Decode(req.Buf); err != nil {
			return err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		return (&call{w: w, server: server, req: req}).resend(&q)
	})
	return d
}

// peer is whom an InputPeer means.
func (w *world) peer(p tg.InputPeerClass, self *account) (*account, error) {
	switch p := p.(type) {
	case *tg.InputPeerSelf:
		return self, nil
	case *tg.InputPeerUser:
		if a := w.byID(p.UserID); a != nil && p.AccessHash == a.user.AccessHash {
			return a, nil
		}
	}
	return nil, tgerr.New(400, "PEER_ID_INVALID")
}

func (w *world) registerMessages(d *tgtest.Dispatcher) {
	on(w, d, func(c *call, q *tg.UsersGetUsersRequest) error {
		self, err := c.caller()
		if err != nil {
			return err
		}
		found := []bin.Encoder{}
		for _, id := range q.ID {
			switch id := id.(type) {
			case *tg.InputUserSelf:
				found = append(found, seen(self, self))
			case *tg.InputUser:
				if a := w.byID(id.UserID); a != nil && id.AccessHash == a.user.AccessHash {
					found = append(found, seen(a, self))
				}
			}
		}
		return c.server.SendVector(c.req, found...)
	})
	on(w, d, func(c *call, q *tg.ContactsResolveUsernameRequest) error {
		self, err := c.caller()
		if err != nil {
			return err
		}
		for _, a := range w.accounts {
			if a.user.Username == q.Username {
				return c.answer(&tg.ContactsResolvedPeer{Peer: &tg.PeerUser{UserID: a.user.ID}, Users: []tg.UserClass{seen(a, self)}})
			}
		}
		return tgerr.New(400, "USERNAME_NOT_OCCUPIED")
	})
	on(w, d, func(c *call, q *tg.MessagesGetDialogsRequest) error {
		if _, err := c.caller(); err != nil {
			return err
		}
		all := &tg.MessagesDialogs{}
		for i := range crowd {
			id := int64(20000 + i)
			all.Users = append(all.Users, &tg.User{ID: id, AccessHash: id, FirstName: fmt.Sprint("Guest ", i)})
			all.Messages = append(all.Messages, &tg.Message{ID: i + 1, PeerID: &tg.PeerUser{UserID: id}, Message: fmt.Sprint("hello from ", i)})
			all.Dialogs = append(all.Dialogs, &tg.Dialog{Peer: &tg.PeerUser{UserID: id}, TopMessage: i + 1})
		}
		if c.trouble == "" {
			c.trouble = "gzip"
		}
		return c.answer(all)
	})
	on(w, d, func(c *call, q *tg.MessagesSendMessageRequest) error {
		if q.Message == "" {
			return tgerr.New(400, "MESSAGE_EMPTY")
		}
		return c.send(q.Peer, q.RandomID, tg.Message{Message: q.Message})
	})
	on(w, d, func(c *call, q *tg.MessagesSendMediaRequest) error {
		media, ok := q.Media.(*tg.InputMediaUploadedDocument)
		if !ok {
			return tgerr.New(400, "MEDIA_INVALID")
		}
		kept, err := w.assemble(media)
		if err != nil {
			return err
		}
		m := tg.Message{Message: q.Message}
		m.SetMedia(&tg.MessageMediaDocument{Document: &kept.about})
		return c.send(q.Peer, q.RandomID, m)
	})
	on(w, d, func(c *call, q *tg.MessagesGetHistoryRequest) error {
		self, err := c.caller()
		if err != nil {
			return err
		}
		with, err := w.peer(q.Peer, self)
		if err != nil {
			return err
		}
		all := &tg.MessagesMessages{Users: []tg.UserClass{seen(self, self), seen(with, self)}}
		for i := len(self.posts) - 1; i >= 0 && len(all.Messages) < q.Limit; i-- {
			if p, ok := self.posts[i].message.PeerID.(*tg.PeerUser); ok && p.UserID == with.user.ID {
				all.Messages = append(all.Messages, self.posts[i].message)
			}
		}
		return c.answer(all)
	})
	on(w, d, func(c *call, _ *tg.UpdatesGetStateRequest) error {
		self, err := c.caller()
		if err != nil {
			return err
		}
		return c.answer(&tg.UpdatesState{Pts: self.pts(), Date: int(time.Now().Unix())})
	})
	on(w, d, func(c *call, q *tg.UpdatesGetDifferenceRequest) error {
		self, err := c.caller()
		if err != nil {
			return err
		}
		all := &tg.UpdatesDifference{State: tg.UpdatesState{Pts: self.pts(), Date: int(time.Now().Unix())}}
		for _, p := range self.posts {
			if p.pts > q.Pts {
				all.NewMessages = append(all.NewMessages, p.message)
			}
		}
		if len(all.NewMessages) == 0 {
			return c.answer(&tg.UpdatesDifferenceEmpty{Date: all.State.Date})
		}
		for _, a := range w.accounts {
			all.Users = append(all.Users, seen(a, self))
		}
		return c.answer(all)
	})
}

// send puts a message into both boxes, once for a random_id.
func (c *call) send(peer tg.InputPeerClass, random int64, m tg.Message) error {
	self, err := c.caller()
	if err != nil {
		return err
	}
	to, err := c.w.peer(peer, self)
	if err != nil {
		return err
	}
	if before := self.sent[random]; before != nil {
		return c.answer(before)
	}
	c.w.count("sent " + m.Message)
	m.PeerID = &tg.PeerUser{UserID: to.user.ID}
	mine := m
	mine.Out = true
	update := c.w.keep(self, mine)
	if to != self {
		theirs := m
		theirs.PeerID = &tg.PeerUser{UserID: self.user.ID}
		c.w.tell(to, self, c.w.keep(to, theirs), 0)
	}
	c.w.tell(self, to, update, c.req.Session.ID)
	self.sent[random] = &tg.Updates{
		Updates: []tg.UpdateClass{&tg.UpdateMessageID{ID: update.Message.GetID(), RandomID: random}, update},
		Users:   []tg.UserClass{seen(self, self), seen(to, self)}, Date: int(time.Now().Unix()),
	}
	return c.answer(self.sent[random])
}

func (w *world) registerFiles(d *tgtest.Dispatcher) {
	save := func(c *call, id int64, part int, content []byte) error {
		if _, err := c.caller(); err != nil {
			return err
		}
		if w.parts[id] == nil {
			w.parts[id] = map[int][]byte{}
		}
		w.parts[id][part] = bytes.Clone(content)
		return c.answer(&tg.BoolTrue{})
	}
	on(w, d, func(c *call, q *tg.UploadSaveFilePartRequest) error { return save(c, q.FileID, q.FilePart, q.Bytes) })
	on(w, d, func(c *call, q *tg.UploadSaveBigFilePartRequest) error { return save(c, q.FileID, q.FilePart, q.Bytes) })
	on(w, d, func(c *call, q *tg.UploadGetFileRequest) error {
		if _, err := c.caller(); err != nil {
			return err
		}
		place, ok := q.Location.(*tg.InputDocumentFileLocation)
		if !ok || w.documents[place.ID] == nil {
			return tgerr.New(400, fmt.Sprintf("LOCATION_INVALID: %v", q.Location))
		}
		kept := w.documents[place.ID]
		switch {
		case place.AccessHash != kept.about.AccessHash:
			return tgerr.New(400, "FILE_ID_INVALID")
		case !bytes.Equal(place.FileReference, kept.about.FileReference):
			return tgerr.New(400, "FILE_REFERENCE_EXPIRED")
		case kept.about.DCID != c.req.DC:
			return tgerr.New(303, fmt.Sprint("FILE_MIGRATE_", kept.about.DCID))
		}
		from := min(q.Offset, int64(len(kept.content)))
		to := min(from+int64(q.Limit), int64(len(kept.content)))
		return c.answer(&tg.UploadFile{Type: &tg.StorageFilePartial{}, Bytes: kept.content[from:to]})
	})
}

// assemble makes a document of parts that came in.
func (w *world) assemble(media *tg.InputMediaUploadedDocument) (*document, error) {
	file, ok := media.File.(interface {
		GetID() int64
		GetParts() int
	})
	if !ok {
		return nil, tgerr.New(400, "FILE_ID_INVALID")
	}
	kept := &document{}
	for i := range file.GetParts() {
		part, ok := w.parts[file.GetID()][i]
		if !ok {
			return nil, tgerr.New(400, fmt.Sprintf("FILE_PART_%d_MISSING", i))
		}
		kept.content = append(kept.content, part...)
	}
	delete(w.parts, file.GetID())
	kept.about = tg.Document{
		ID: 5000 + int64(len(w.documents)), AccessHash: file.GetID(), FileReference: kept.digest()[:8], MimeType: media.MimeType,
		Size: int64(len(kept.content)), DCID: home, Attributes: media.Attributes, Date: int(time.Now().Unix()),
	}
	w.documents[kept.about.ID] = kept
	return kept, nil
}
