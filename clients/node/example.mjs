// Lists dialogs, sends a message to the first person in the list, and prints new messages: node example.mjs [TEXT]
import { connect, one, randomId, RpcError } from './mtproto.mjs';

const tg = connect(process.env.PROXY, { token: process.env.TOKEN, account: process.env.ACCOUNT });
const updates = await tg.updates({ kinds: ['updateNewMessage'], cursor: process.env.CURSOR }).open();

const { value: dialogs } = await tg.messages.getDialogs({ offsetPeer: one('inputPeerEmpty'), limit: 20 });
const users = new Map(dialogs.value.users.map(({ value: user }) => [user.value.id, user.value]));
for (const { value: dialog } of dialogs.value.dialogs) {
  const peer = dialog.value.peer.value; // { case: 'peerUser', value: { userId } }
  console.log(`dialog with ${users.get(peer.value.userId)?.firstName ?? peer.case}, ${dialog.value.unreadCount ?? 0} unread`);
}

const someone = [...users.values()].find((user) => !user.self);
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
