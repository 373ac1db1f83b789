// Lists dialogs, sends a message to the first person in the list, and prints new messages: go run ./example [TEXT]
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	pb "mtproto/mtprotopb"
	"mtproto/proxy"
)

func main() {
	target, text := os.Getenv("PROXY"), "Hello MTProto"
	if target == "" {
		target = "localhost:11011"
	}
	if len(os.Args) > 1 {
		text = os.Args[1]
	}
	conn, err := proxy.Dial(target, os.Getenv("TOKEN"), os.Getenv("ACCOUNT"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	tg, ctx := pb.NewMtprotoClient(conn), context.Background()

	anyone := &pb.TypeInputPeer{Value: &pb.TypeInputPeer_InputPeerEmpty{InputPeerEmpty: &pb.PredInputPeerEmpty{}}}
	found, err := tg.MessagesGetDialogs(ctx, &pb.ReqMessagesGetDialogs{OffsetPeer: anyone, Limit: 20})
	if err != nil {
		log.Fatal(err)
	}
	// messages.dialogs or messages.dialogsSlice: both have the same fields.
	all := found.GetMessagesDialogs()
	if slice := found.GetMessagesDialogsSlice(); slice != nil {
		all = &pb.PredMessagesDialogs{Dialogs: slice.Dialogs, Users: slice.Users, Chats: slice.Chats}
	}
	names, someone := map[int64]string{}, (*pb.PredUser)(nil)
	for _, box := range all.Users {
		user := box.GetUser()
		names[user.GetId()] = user.GetFirstName()
		if someone == nil && !user.GetSelf() {
			someone = user
		}
	}
	for _, box := range all.Chats {
		names[box.GetChat().GetId()+box.GetChannel().GetId()] = box.GetChat().GetTitle() + box.GetChannel().GetTitle()
	}
	for _, box := range all.Dialogs {
		dialog := box.GetDialog()
		peer := dialog.GetPeer() // a peerUser, peerChat or peerChannel
		id := peer.GetPeerUser().GetUserId() + peer.GetPeerChat().GetChatId() + peer.GetPeerChannel().GetChannelId()
		fmt.Printf("dialog with %s, %d unread\n", names[id], dialog.GetUnreadCount())
	}

	peer := &pb.TypeInputPeer{Value: &pb.TypeInputPeer_InputPeerUser{
		InputPeerUser: &pb.PredInputPeerUser{UserId: someone.GetId(), AccessHash: someone.GetAccessHash()}}}
	_, err = tg.MessagesSendMessage(ctx, &pb.ReqMessagesSendMessage{Peer: peer, Message: text, RandomId: proxy.RandomID()})
	if err != nil {
		e := proxy.Explain(err)
		fmt.Printf("not sent: %s, wait %s\n", e.Name, e.Wait)
	} else {
		fmt.Printf("sent to %s\n", someone.GetFirstName())
	}

	err = proxy.Listen(ctx, conn, os.Getenv("CURSOR"), []string{"updateNewMessage"}, func() { fmt.Println("listening") },
		func(update *pb.Update) error {
			if update.Reset_ {
				fmt.Println("too long away: read the dialogs anew")
			}
			fmt.Println("new message:", update.GetUpdate().GetUpdateNewMessage().GetMessage().GetMessage().GetMessage())
			return nil
		})
	log.Fatal(err)
}
