// Lists dialogs, sends a message to the first person in the list, and prints new messages: node example.mjs [TEXT]
import { connect, one, randomId, RpcError } from './mtproto.mjs';

const tg = connect(process.env.PROXY, { token: process.env.TOKEN, account: process.env.ACCOUNT });
const updates = await tg.updates({ kinds: ['updateNewMessage'], cursor: process.env.CURSOR }).open();

const { value: dialogs } = await tg.messages.getDialogs({ offsetPeer: one('inputPeerEmpty'), limit: 20 });
const named = ({ value: { value } }) => [value.id, value.title ?? value.firstName];
const names = new Map([...dialogs.value.users, ...dialogs.value.chats].map(named));
for (const { value: dialog } of dialogs.value.dialogs) {
  const { value: peer } = dialog.value.peer.value; // of a peerUser, peerChat or peerChannel
  console.log(`dialog with ${names.get(peer.userId ?? peer.chatId ?? peer.channelId)}, ${dialog.value.unreadCount ?? 0} unread`);
}

const someone = dialogs.value.users.map((user) => user.value.value).find((user) => !user.self);
try {
  const peer = one('inputPeerUser', { userId: someone.id, accessHash: someone.accessHash });
  const { value: sent } = await tg.messages.sendMessage({ peer, message: process.argv[2] ?? 'Hello MTProto', randomId: randomId() });
  console.log(`sent to ${someone.firstName}: ${sent.case}`);
} catch (error) {
  if (!(error instanceof RpcError)) throw error;
  console.log(`not sent: ${error.reason}${error.seconds ? `, wait ${error.seconds} s` : ''}`);
}

console.log('listening');
for await (const { update, reset } of updates) {
  if (reset) console.log('too long away: read the dialogs anew');
  if (update?.value.case === 'updateNewMessage') console.log(`new message: ${update.value.value.message.value.value.message}`);
}
