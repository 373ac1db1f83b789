// clients/go against mtprotod; what is told and expected stands in proxy.py.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"

	pb "mtproto/mtprotopb"
	"mtproto/proxy"
)

var plan struct {
	Target   string
	Cut      string
	Token    string
	Accounts []string
}

var prefix = fmt.Sprintf("go %d ", proxy.RandomID())

func check(err error) {
	if err != nil {
		log.Fatalf("%+v (%v)", proxy.Explain(err), err)
	}
}

func dial(target, account, token string) *grpc.ClientConn {
	conn, err := proxy.Dial(target, token, account, grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(err)
	return conn
}

func user(id, hash int64) *pb.TypeInputPeer {
	return &pb.TypeInputPeer{Value: &pb.TypeInputPeer_InputPeerUser{InputPeerUser: &pb.PredInputPeerUser{UserId: id, AccessHash: hash}}}
}

type seen struct{ text, cursor string }

// listen gives what begins with our prefix, until stop is called.
func listen(conn *grpc.ClientConn, cursor string) (<-chan seen, func()) {
	found, opened := make(chan seen, 100), make(chan bool, 100)
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		err := proxy.Listen(ctx, conn, cursor, []string{"updateNewMessage"}, func() { opened <- true }, func(update *pb.Update) error {
			if update.Reset_ {
				return errors.New("reset")
			}
			if text := update.GetUpdate().GetUpdateNewMessage().GetMessage().GetMessage().GetMessage(); strings.HasPrefix(text, prefix) {
				found <- seen{strings.TrimPrefix(text, prefix), update.Cursor}
			}
			return nil
		})
		if ctx.Err() == nil {
			check(err)
		}
	}()
	<-opened
	return found, stop
}

func expect(found <-chan seen, want ...string) string {
	var got []string
	var last seen
	for range want {
		select {
		case last = <-found:
			got = append(got, last.text)
		case <-time.After(30 * time.Second):
			log.Fatalf("got %v, and nothing more; wanted %v", got, want)
		}
	}
	if !reflect.DeepEqual(got, want) {
		log.Fatalf("got %v, wanted %v", got, want)
	}
	return last.cursor
}

func memory() (kilobytes int) {
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\n") {
		_, _ = fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes)
	}
	return
}

func main() {
	check(json.Unmarshal([]byte(os.Args[1]), &plan))
	ctx, writer, reader := context.Background(), plan.Accounts[0], plan.Accounts[1]
	tg, other := pb.NewMtprotoClient(dial(plan.Target, writer, plan.Token)), dial(plan.Cut, reader, plan.Token)

	anyone := &pb.TypeInputPeer{Value: &pb.TypeInputPeer_InputPeerEmpty{InputPeerEmpty: &pb.PredInputPeerEmpty{}}}
	answer, err := tg.MessagesGetDialogs(ctx, &pb.ReqMessagesGetDialogs{OffsetPeer: anyone, Limit: 20})
	check(err)
	dialogs := append(answer.GetMessagesDialogs().GetDialogs(), answer.GetMessagesDialogsSlice().GetDialogs()...)
	if len(dialogs) == 0 {
		log.Fatal("no dialogs")
	}
	fmt.Printf("%d dialogs; %d MB in all after the first call\n", len(dialogs), memory()/1024)

	found, err := tg.ContactsResolveUsername(ctx, &pb.ReqContactsResolveUsername{Username: reader})
	check(err)
	who := found.GetContactsResolvedPeer().GetUsers()[0].GetUser()
	send := func(numbers ...int) {
		for _, number := range numbers {
			_, err := tg.MessagesSendMessage(ctx, &pb.ReqMessagesSendMessage{
				Peer: user(who.GetId(), who.GetAccessHash()), Message: fmt.Sprint(prefix, number), RandomId: proxy.RandomID()})
			check(err)
		}
	}

	updates, stop := listen(other, "")
	send(0, 1, 2)
	expect(updates, "0", "1", "2")
	fmt.Println("cut")
	_, err = bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	send(3, 4, 5)
	cursor := expect(updates, "3", "4", "5")
	stop()
	send(6, 7, 8)
	updates, stop = listen(other, cursor)
	send(9)
	expect(updates, "6", "7", "8", "9")
	stop()

	_, err = tg.MessagesSendMessage(ctx, &pb.ReqMessagesSendMessage{Peer: user(who.GetId(), who.GetAccessHash()^1), Message: "x", RandomId: 1})
	if e := proxy.Explain(err); err == nil || e.Code != 400 || e.Name != "PEER_ID_INVALID" || e.Domain != "telegram.org" {
		log.Fatalf("for a wrong access hash: %+v", e)
	}
	_, err = pb.NewMtprotoClient(dial(plan.Target, writer, "wrong")).UpdatesGetState(ctx, &pb.ReqUpdatesGetState{})
	if e := proxy.Explain(err); e.Status != codes.Unauthenticated {
		log.Fatalf("for a wrong token: %+v", e)
	}
	fmt.Println("ok")
}
