// gotd/td's side of the comparison: see ../ours/plan.hpp for the tasks and what is printed.
package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gotd/ige"
	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/session"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/telegram/downloader"
	"github.com/gotd/td/telegram/uploader"
	"github.com/gotd/td/tg"
)

type plan map[string]string

func check(problem error) {
	if problem != nil {
		fmt.Fprintln(os.Stderr, problem)
		os.Exit(1)
	}
}

func (p plan) text(name string) string {
	value, ok := p[name]
	if !ok {
		check(fmt.Errorf("%s= is missing", name))
	}
	return value
}

func (p plan) number(name string) float64 {
	value, err := strconv.ParseFloat(p.text(name), 64)
	check(err)
	return value
}

func (p plan) integer(name string) int64 {
	value, err := strconv.ParseInt(p.text(name), 10, 64)
	check(err)
	return value
}

func (p plan) hex(name string) []byte {
	value, err := hex.DecodeString(p.text(name))
	check(err)
	return value
}

func (p plan) file(name string) []byte {
	value, err := os.ReadFile(p.text(name))
	check(err)
	return value
}

func row(name string, value float64) { fmt.Printf("row %s %.6g\n", name, value) }

func cpuSeconds() float64 {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

// The best of many batches of about a hundredth of a second of processor time (of all threads), in seconds for one call.
func bestTime(seconds float64, work func()) float64 {
	first := cpuSeconds()
	work()
	batch := int(math.Max(1, 0.01/math.Max(cpuSeconds()-first, 1e-6)))
	best := math.Inf(1)
	for begin := time.Now(); time.Since(begin).Seconds() < seconds; {
		from := cpuSeconds()
		for i := 0; i < batch; i++ {
			work()
		}
		best = math.Min(best, (cpuSeconds()-from)/float64(batch))
	}
	return best
}

func percentile(values []float64, share float64) float64 {
	sort.Float64s(values)
	return values[int(float64(len(values)-1)*share)]
}

func codec(p plan) {
	seconds, wire := p.number("seconds"), p.file("reply")
	request := &tg.MessagesSendMessageRequest{
		Peer:     &tg.InputPeerUser{UserID: 5000000001, AccessHash: 0x5eedf00d12345679},
		Message:  strings.Repeat("x", 100),
		RandomID: 0x1122334455667788,
	}
	request.SetEntities([]tg.MessageEntityClass{
		&tg.MessageEntityBold{Offset: 0, Length: 10},
		&tg.MessageEntityItalic{Offset: 20, Length: 10},
		&tg.MessageEntityCode{Offset: 40, Length: 10},
	})
	encode := func(what bin.Encoder) []byte {
		var into bin.Buffer
		check(what.Encode(&into))
		return into.Buf
	}
	if !bytes.Equal(encode(request), p.file("request")) {
		check(fmt.Errorf("the request's bytes are not the expected ones"))
	}
	decode := func() tg.MessagesMessagesClass {
		reply, err := tg.DecodeMessagesMessages(&bin.Buffer{Buf: wire})
		check(err)
		return reply
	}
	reply := decode()
	if !bytes.Equal(encode(reply), wire) {
		check(fmt.Errorf("the reply's bytes are not the expected ones"))
	}
	row("encode_request_ns", bestTime(seconds, func() { encode(request) })*1e9)
	row("decode_reply_us", bestTime(seconds, func() { decode() })*1e6)
	row("encode_reply_us", bestTime(seconds, func() { encode(reply) })*1e6)
}

func ciphers(p plan) {
	seconds := p.number("seconds")
	key, iv := bytes.Repeat([]byte{0x5a}, 32), bytes.Repeat([]byte{0xa5}, 32)
	for _, size := range []int{1, 16, 512} {
		data := make([]byte, size*1024)
		rate := func(time float64) float64 { return float64(len(data)) / time / 1e6 }
		name := fmt.Sprintf("%dk_mbs", size)
		row("ige_encrypt_"+name, rate(bestTime(seconds, func() {
			block, err := aes.NewCipher(key)
			check(err)
			ige.EncryptBlocks(block, iv, data, data)
		})))
		row("ige_decrypt_"+name, rate(bestTime(seconds, func() {
			block, err := aes.NewCipher(key)
			check(err)
			ige.DecryptBlocks(block, iv, data, data)
		})))
	}
	var shared crypto.Key
	copy(shared[:], p.hex("packet_key"))
	secret := shared.WithID()
	cipher := crypto.NewClientCipher(rand.Reader)
	for _, size := range []int{1, 64} {
		name := fmt.Sprintf("%dk_us", size)
		message := crypto.EncryptedMessageData{
			MessageDataLen: int32(size * 1024),
			Message:        raw(make([]byte, size*1024)),
		}
		var into bin.Buffer
		row("packet_write_"+name, bestTime(seconds, func() {
			check(cipher.Encrypt(secret, message, &into))
		})*1e6)
		wire := p.file(fmt.Sprintf("packet_%dk", size))
		row("packet_read_"+name, bestTime(seconds, func() {
			_, err := cipher.DecryptFromBuffer(secret, &bin.Buffer{Buf: append([]byte(nil), wire...)})
			check(err)
		})*1e6)
	}
	var numbers []*big.Int
	for _, text := range strings.Split(p.text("pq"), ",") {
		pq, ok := new(big.Int).SetString(text, 10)
		if !ok {
			check(fmt.Errorf("%s is no number", text))
		}
		numbers = append(numbers, pq)
	}
	row("pq_us", bestTime(seconds, func() {
		for _, pq := range numbers {
			a, b, err := crypto.DecomposePQ(pq, rand.Reader)
			check(err)
			if new(big.Int).Mul(a, b).Cmp(pq) != 0 {
				check(fmt.Errorf("wrong factors"))
			}
		}
	})/float64(len(numbers))*1e6)
}

// Bytes as something that can be encoded.
type raw []byte

func (r raw) Encode(b *bin.Buffer) error {
	b.Put(r)
	return nil
}

func run(p plan, f func(ctx context.Context, client *telegram.Client) error) {
	var key crypto.Key
	copy(key[:], p.hex("key"))
	secret := key.WithID()
	dc, port := int(p.integer("dc")), int(p.integer("port"))
	options := []tg.DCOption{{ID: dc, IPAddress: p.text("host"), Port: port}}
	storage := new(session.StorageMemory)
	check((&session.Loader{Storage: storage}).Save(context.Background(), &session.Data{
		Config:    session.Config{ThisDC: dc, DCOptions: options},
		DC:        dc,
		AuthKey:   secret.Value[:],
		AuthKeyID: secret.ID[:],
	}))
	client := telegram.NewClient(1, "hash", telegram.Options{
		DC:             dc,
		DCList:         dcs.List{Options: options},
		SessionStorage: storage,
		NoUpdates:      true,
	})
	check(client.Run(context.Background(), func(ctx context.Context) error {
		return f(ctx, client)
	}))
}

func self(ctx context.Context, client *telegram.Client) {
	users, err := client.API().UsersGetUsers(ctx, []tg.InputUserClass{&tg.InputUserSelf{}})
	check(err)
	if len(users) != 1 {
		check(fmt.Errorf("users.getUsers did not answer with one user"))
	}
}

func measure(name string, inFlight int, seconds float64, call func()) {
	for _, duration := range []float64{seconds / 5, seconds} { // the first to warm up
		var all []float64
		var lock sync.Mutex
		var open sync.WaitGroup
		cpu, begin := cpuSeconds(), time.Now()
		for i := 0; i < inFlight; i++ {
			open.Add(1)
			go func() {
				defer open.Done()
				var mine []float64
				for now := time.Now(); now.Sub(begin).Seconds() < duration; {
					call()
					then := time.Now()
					mine = append(mine, then.Sub(now).Seconds())
					now = then
				}
				lock.Lock()
				defer lock.Unlock()
				all = append(all, mine...)
			}()
		}
		open.Wait()
		if duration != seconds {
			continue
		}
		prefix, calls := fmt.Sprintf("%s_%d_", name, inFlight), float64(len(all))
		row(prefix+"cpu_us", (cpuSeconds()-cpu)/calls*1e6)
		row(prefix+"rate", calls/time.Since(begin).Seconds())
		row(prefix+"p50_us", percentile(all, 0.5)*1e6)
		row(prefix+"p99_us", percentile(all, 0.99)*1e6)
	}
}

func rpc(p plan) {
	run(p, func(ctx context.Context, client *telegram.Client) error {
		history := func() {
			reply, err := client.API().MessagesGetHistory(ctx, &tg.MessagesGetHistoryRequest{
				Peer: &tg.InputPeerChat{ChatID: p.integer("chat")}, Limit: 100,
			})
			check(err)
			if modified, ok := reply.AsModified(); !ok || len(modified.GetMessages()) == 0 {
				check(fmt.Errorf("an answer without content"))
			}
		}
		for _, inFlight := range []int{1, 64} {
			measure("small", inFlight, p.number("seconds"), func() { self(ctx, client) })
			measure("history", inFlight, p.number("seconds"), history)
		}
		return nil
	})
}

func connect(p plan) {
	var times, cpus []float64
	for left := p.integer("count"); left > 0; left-- {
		begin, cpu := time.Now(), cpuSeconds()
		run(p, func(ctx context.Context, client *telegram.Client) error {
			self(ctx, client)
			times = append(times, time.Since(begin).Seconds())
			cpus = append(cpus, cpuSeconds()-cpu)
			return nil
		})
	}
	row("connect_ms", percentile(times, 0)*1e3)
	row("connect_p50_ms", percentile(times, 0.5)*1e3)
	row("connect_cpu_ms", percentile(cpus, 0.5)*1e3)
}

// writerAt collects a download in memory, whose size is known.
type writerAt []byte

func (w writerAt) WriteAt(part []byte, at int64) (int, error) {
	if int(at)+len(part) > len(w) {
		return 0, io.ErrShortWrite
	}
	return copy(w[at:], part), nil
}

func files(p plan) {
	content := p.file("file")
	megabytes := float64(len(content)) / 1e6
	run(p, func(ctx context.Context, client *telegram.Client) error {
		self(ctx, client)
		timed := func(name string, work func()) {
			begin, cpu := time.Now(), cpuSeconds()
			work()
			row(name+"_mbs", megabytes/time.Since(begin).Seconds())
			row(name+"_cpu_ms_per_mb", (cpuSeconds()-cpu)/megabytes*1e3)
		}
		timed("upload", func() {
			_, err := uploader.NewUploader(client.API()).WithThreads(4).WithPartSize(512*1024).FromBytes(ctx, "data.bin", content)
			check(err)
		})
		var into writerAt
		timed("download", func() {
			into = make(writerAt, len(content))
			_, err := downloader.NewDownloader().WithPartSize(512*1024).Download(client.API(), &tg.InputDocumentFileLocation{
				ID: p.integer("file_id"), AccessHash: p.integer("file_access_hash"), FileReference: p.hex("file_reference"),
			}).WithThreads(4).Parallel(ctx, into)
			check(err)
		})
		if !bytes.Equal(into, content) {
			check(fmt.Errorf("the download is not the file"))
		}
		return nil
	})
}

func memory(p plan) {
	run(p, func(ctx context.Context, client *telegram.Client) error {
		self(ctx, client)
		fmt.Println("ready")
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	})
}

func main() {
	tasks := map[string]func(plan){"codec": codec, "crypto": ciphers, "rpc": rpc, "connect": connect, "files": files, "memory": memory}
	if len(os.Args) < 2 || (tasks[os.Args[1]] == nil && os.Args[1] != "layer") {
		check(fmt.Errorf("usage: TASK [name=value]..., see bench.py"))
	}
	if os.Args[1] == "layer" {
		fmt.Println(tg.Layer)
		return
	}
	p := plan{}
	for _, word := range os.Args[2:] {
		name, value, _ := strings.Cut(word, "=")
		p[name] = value
	}
	tasks[os.Args[1]](p)
}
