// Package proxy connects to mtprotod; the calls themselves are the generated ones of mtprotopb.
package proxy

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "mtproto/mtprotopb"
)

// Dial connects to target, HOST:PORT or unix:PATH. token and account may be empty. Options must say how it is secured, as
// grpc.WithTransportCredentials(insecure.NewCredentials()).
func Dial(target, token, account string, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	with := func(ctx context.Context) context.Context {
		if token != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
		}
		if account != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "mtproto-account", account)
		}
		return ctx
	}
	return grpc.NewClient(target, append([]grpc.DialOption{
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20), grpc.MaxCallSendMsgSize(64<<20)),
		grpc.WithUnaryInterceptor(func(ctx context.Context, method string, in, out any, cc *grpc.ClientConn, call grpc.UnaryInvoker, options ...grpc.CallOption) error {
			return call(with(ctx), method, in, out, cc, options...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
			return open(with(ctx), desc, cc, method, options...)
		}),
	}, options...)...)
}

// Error is what a failed call says: Name is "FLOOD_WAIT" and Value 17 of FLOOD_WAIT_17. Code is Telegram's number, 0 if the error is not
// Telegram's. Wait is how long to wait before another try, 0 if there is no such time.
type Error struct {
	Code         int
	Name, Domain string
	Value        int
	Text         string
	Wait         time.Duration
	Status       codes.Code
}

// Explain reads the details of a call's error.
func Explain(err error) Error {
	s := status.Convert(err)
	e := Error{Text: s.Message(), Status: s.Code()}
	for _, detail := range s.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			e.Name, e.Domain = d.Reason, d.Domain
			e.Code, _ = strconv.Atoi(d.Metadata["code"])
			e.Value, _ = strconv.Atoi(d.Metadata["value"])
		case *errdetails.RetryInfo:
			e.Wait = d.RetryDelay.AsDuration()
		}
	}
	return e
}

// RandomID is for random_id fields, by which Telegram tells a repetition from a second message.
func RandomID() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return int64(binary.LittleEndian.Uint64(b[:]))
}

// Listen calls handle with each update, and opens the stream again at its place after a disconnect, until ctx ends, handle fails, or
// the proxy refuses. Cursor is empty (from now on) or that of the last update handled. An update with Reset says that something was
// lost: read the dialogs anew. opened, if not nil, is called each time the proxy has begun to listen.
func Listen(ctx context.Context, conn grpc.ClientConnInterface, cursor string, kinds []string, opened func(), handle func(*pb.Update) error) error {
	ended := 0
	for {
		err := listenOnce(ctx, conn, &cursor, &ended, kinds, opened, handle)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait := min(100*time.Millisecond<<min(ended, 7), 10*time.Second)
		if err != nil && err != io.EOF {
			e := Explain(err)
			switch e.Status {
			case codes.Unavailable, codes.ResourceExhausted, codes.Aborted:
			default:
				return err
			}
			wait = max(wait, e.Wait)
		}
		ended++
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func listenOnce(ctx context.Context, conn grpc.ClientConnInterface, cursor *string, ended *int, kinds []string, opened func(), handle func(*pb.Update) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := pb.NewUpdateStreamerClient(conn).ListenOnUpdates(ctx, &pb.ListenRequest{Cursor: *cursor, Kinds: kinds})
	if err != nil {
		return err
	}
	if begin, err := stream.Header(); err == nil {
		if at := begin.Get("mtproto-cursor"); len(at) > 0 && *cursor == "" {
			*cursor = at[0]
		}
		if opened != nil && begin != nil {
			opened()
		}
	}
	for {
		update, err := stream.Recv()
		if err != nil {
			return err
		}
		*ended = 0
		if update.Update != nil || update.Reset_ || len(update.ResetChannels) > 0 {
			if err := handle(update); err != nil {
				return err
			}
		}
		if update.Cursor != "" {
			*cursor = update.Cursor
		}
	}
}
