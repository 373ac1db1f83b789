package main

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"reflect"
	"slices"
	"time"

	"github.com/gotd/ige"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/crypto/srp"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
	"github.com/gotd/td/tgtest"
)

func (w *world) authorized(c *call, a *account) error {
	w.signedIn[c.key()] = a
	delete(w.awaited, c.key())
	return c.answer(&tg.AuthAuthorization{User: seen(a, a)})
}

func (w *world) registerSignIn(d *tgtest.Dispatcher) {
	on(w, d, func(c *call, q *tg.AuthSendCodeRequest) error {
		a := w.byPhone(q.PhoneNumber)
		switch {
		case a == nil:
			return tgerr.New(400, "PHONE_NUMBER_INVALID")
		case a.user.FirstName == "Dora" && c.req.DC != other:
			return tgerr.New(303, "PHONE_MIGRATE_4")
		}
		return c.answer(&tg.AuthSentCode{Type: &tg.AuthSentCodeTypeApp{Length: len(code)}, PhoneCodeHash: "hash of " + a.phone})
	})
	on(w, d, func(c *call, q *tg.AuthSignInRequest) error {
		a := w.byPhone(q.PhoneNumber)
		switch {
		case a == nil || q.PhoneCodeHash != "hash of "+a.phone:
			return tgerr.New(400, "PHONE_CODE_EXPIRED")
		case q.PhoneCode != code:
			return tgerr.New(400, "PHONE_CODE_INVALID")
		case a.password != "":
			w.awaited[c.key()] = a
			return tgerr.New(401, "SESSION_PASSWORD_NEEDED")
		}
		return w.authorized(c, a)
	})
	on(w, d, func(c *call, _ *tg.AccountGetPasswordRequest) error {
		a := w.awaited[c.key()]
		if a == nil {
			return tgerr.New(401, "AUTH_KEY_UNREGISTERED")
		}
		set, err := newChallenge(a.password)
		if err != nil {
			return err
		}
		w.challenge[set.id] = set
		return c.answer(&tg.AccountPassword{
			HasPassword: true, CurrentAlgo: set.algorithm(), SRPB: set.b.FillBytes(make([]byte, 256)), SRPID: set.id, Hint: "a door",
			NewAlgo: set.algorithm(), NewSecureAlgo: &tg.SecurePasswordKdfAlgoUnknown{}, SecureRandom: make([]byte, 256),
		})
	})
	on(w, d, func(c *call, q *tg.AuthCheckPasswordRequest) error {
		a := w.awaited[c.key()]
		proof, ok := q.Password.(*tg.InputCheckPasswordSRP)
		if a == nil || !ok {
			return tgerr.New(401, "AUTH_KEY_UNREGISTERED")
		}
		set := w.challenge[proof.SRPID]
		delete(w.challenge, proof.SRPID)
		switch {
		case set == nil:
			return tgerr.New(400, "SRP_ID_INVALID")
		case !set.proves(proof.A, proof.M1):
			return tgerr.New(400, "PASSWORD_HASH_INVALID")
		}
		return w.authorized(c, a)
	})
	on(w, d, func(c *call, q *tg.AuthImportBotAuthorizationRequest) error {
		for _, a := range w.accounts {
			if a.token != "" && a.token == q.BotAuthToken {
				return w.authorized(c, a)
			}
		}
		return tgerr.New(400, "ACCESS_TOKEN_INVALID")
	})
	on(w, d, func(c *call, _ *tg.AuthLogOutRequest) error {
		if _, err := c.caller(); err != nil {
			return err
		}
		delete(w.signedIn, c.key())
		return c.answer(&tg.AuthLoggedOut{})
	})
	on(w, d, func(c *call, q *tg.AuthExportAuthorizationRequest) error {
		a, err := c.caller()
		if err != nil {
			return err
		}
		w.exported[a.user.ID] = a
		return c.answer(&tg.AuthExportedAuthorization{ID: a.user.ID, Bytes: []byte("let them in")})
	})
	on(w, d, func(c *call, q *tg.AuthImportAuthorizationRequest) error {
		a := w.exported[q.ID]
		if a == nil || string(q.Bytes) != "let them in" {
			return tgerr.New(400, "AUTH_BYTES_INVALID")
		}
		delete(w.exported, q.ID)
		return w.authorized(c, a)
	})
	on(w, d, w.bind)
}

// bind ties a temporary key to the permanent one. https://core.telegram.org/api/pfs
func (w *world) bind(c *call, q *tg.AuthBindTempAuthKeyRequest) error {
	refused := func(why string) error { return tgerr.New(400, "ENCRYPTED_MESSAGE_INVALID: "+why) }
	permanent, ok := keyOf(c.server, q.PermAuthKeyID)
	if !ok {
		return refused("no such key")
	}
	var sealed crypto.EncryptedMessage
	if err := sealed.Decode(&bin.Buffer{Buf: q.EncryptedMessage}); err != nil || sealed.AuthKeyID != permanent.ID {
		return refused("not of this key")
	}
	if len(sealed.EncryptedData) == 0 || len(sealed.EncryptedData)%aes.BlockSize != 0 {
		return refused("not of whole blocks")
	}
	key, iv := crypto.KeysV1(permanent.Value, sealed.MsgKey)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return err
	}
	plain := make([]byte, len(sealed.EncryptedData))
	ige.DecryptBlocks(block, iv[:], plain, sealed.EncryptedData)
	const header, inner = 32, 40 // random, msg_id, seqno, length; bind_auth_key_inner
	if len(plain) < header+inner || crypto.MessageKeyV1(plain[:header+inner]) != sealed.MsgKey {
		return refused("msg_key")
	}
	if int64(binary.LittleEndian.Uint64(plain[16:])) != c.req.MsgID || binary.LittleEndian.Uint32(plain[24:]) != 0 {
		return refused("msg_id or seqno")
	}
	var said crypto.BindAuthKeyInner
	if err := said.Decode(&bin.Buffer{Buf: plain[header : header+inner]}); err != nil {
		return refused(err.Error())
	}
	temporary := c.req.Session.AuthKey.ID
	if said != (crypto.BindAuthKeyInner{
		Nonce: q.Nonce, TempAuthKeyID: int64(binary.LittleEndian.Uint64(temporary[:])), PermAuthKeyID: q.PermAuthKeyID,
		TempSessionID: c.req.Session.ID, ExpiresAt: q.ExpiresAt,
	}) || int64(q.ExpiresAt) <= time.Now().Unix() {
		return refused("it says something else")
	}
	w.bound[temporary] = permanent.ID
	return c.answer(&tg.BoolTrue{})
}

// keyOf finds a key that the server has made. tgtest shows a key only when a request comes with it, which no permanent key does
// before it is bound, so this reads its private map.
func keyOf(server *tgtest.Server, id int64) (crypto.AuthKey, bool) {
	keys := reflect.ValueOf(server).Elem().FieldByName("users").Elem().FieldByName("sessions")
	for i := keys.MapRange(); i.Next(); {
		var key crypto.Key
		value := i.Value().FieldByName("Value")
		for n := range key {
			key[n] = byte(value.Index(n).Uint())
		}
		if found := key.WithID(); found.IntID() == id {
			return found, true
		}
	}
	return crypto.AuthKey{}, false
}

// challenge is the server's half of SRP. https://core.telegram.org/api/srp
type challenge struct {
	id           int64
	salt1, salt2 []byte
	p, v, b      *big.Int
	secret       *big.Int
}

const generator = 3

func newChallenge(password string) (*challenge, error) {
	p, err := exchange.TestServerRNG{}.DhPrime()
	if err != nil {
		return nil, err
	}
	c := &challenge{id: 1 + time.Now().UnixNano(), salt2: []byte("salt of the data centre"), p: p}
	verifier, salt1, err := srp.NewSRP(rand.Reader).NewHash([]byte(password), srp.Input{
		Salt1: []byte("salt of the account"), Salt2: c.salt2, G: generator, P: p.Bytes(),
	})
	if err != nil {
		return nil, err
	}
	c.salt1, c.v = salt1, new(big.Int).SetBytes(verifier)
	if c.secret, err = rand.Int(rand.Reader, p); err != nil {
		return nil, err
	}
	k := number(digest(p.Bytes(), padded(big.NewInt(generator))))
	c.b = new(big.Int).Exp(big.NewInt(generator), c.secret, p)
	c.b.Add(c.b, k.Mul(k, c.v)).Mod(c.b, p)
	return c, nil
}

func (c *challenge) algorithm() tg.PasswordKdfAlgoClass {
	return &tg.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow{
		Salt1: c.salt1, Salt2: c.salt2, G: generator, P: c.p.Bytes(),
	}
}

func (c *challenge) proves(a, m1 []byte) bool {
	u := number(digest(a, padded(c.b)))
	s := u.Exp(c.v, u, c.p)
	s.Mul(s, number(a)).Exp(s.Mod(s, c.p), c.secret, c.p)
	ofP, ofG := digest(c.p.Bytes()), digest(padded(big.NewInt(generator)))
	for i := range ofP {
		ofP[i] ^= ofG[i]
	}
	wanted := digest(ofP, digest(c.salt1), digest(c.salt2), a, padded(c.b), digest(padded(s)))
	return bytes.Equal(wanted, m1)
}

func digest(parts ...[]byte) []byte {
	sum := sha256.Sum256(slices.Concat(parts...))
	return sum[:]
}
func number(b []byte) *big.Int { return new(big.Int).SetBytes(b) }
func padded(n *big.Int) []byte { return n.FillBytes(make([]byte, 256)) }
