// clients/node against mtprotod; what is told and expected stands in proxy.py.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

const plan = JSON.parse(process.argv[2]);
const memory = () => Math.round(process.memoryUsage().rss / 1048576);
const start = performance.now(), before = memory();
const { connect, one, randomId, RpcError } = await import(pathToFileURL(`${plan.node}/mtproto.mjs`).href);
const grpcLoaded = performance.now(), withGrpc = memory();
const as = (account, token = plan.token, target = plan.target) => connect(target, { token, account });
const prefix = `node ${randomId()} `;
const [writer, reader] = plan.accounts;
const tg = as(writer), other = as(reader, plan.token, plan.cut);

const { value: dialogs } = await tg.messages.getDialogs({ offsetPeer: one('inputPeerEmpty'), limit: 20 });
assert(dialogs.value.dialogs.length > 0);
console.log(`${dialogs.value.dialogs.length} dialogs; contract loaded in ${Math.round(performance.now() - grpcLoaded)} ms with the first call, ` +
  `${memory() - withGrpc} MB (gRPC: ${Math.round(grpcLoaded - start)} ms, ${withGrpc - before} MB)`);

const found = await tg.contacts.resolveUsername({ username: reader });
const { id: userId, accessHash } = found.value.value.users[0].value.value;
const send = async (...numbers) => {
  for (const number of numbers)
    await tg.messages.sendMessage({ peer: one('inputPeerUser', { userId, accessHash }), message: prefix + number, randomId: randomId() });
};
async function texts(updates, count) {
  const seen = [];
  while (seen.length < count) {
    const { value: { update, reset } } = await updates.next();
    assert(!reset);
    const text = update.value.value.message.value.value.message;
    if (text.startsWith(prefix)) seen.push(Number(text.slice(prefix.length)));
  }
  return seen;
}

const listen = (cursor) => other.updates({ kinds: ['updateNewMessage'], cursor }).open();
let updates = await listen('');
await send(0, 1, 2);
assert.deepEqual(await texts(updates, 3), [0, 1, 2]);
console.log('cut');
await once(process.stdin, 'data');
await send(3, 4, 5);
assert.deepEqual(await texts(updates, 3), [3, 4, 5]);
await updates.return();
await send(6, 7, 8);
updates = await listen(updates.cursor);
await send(9);
assert.deepEqual(await texts(updates, 4), [6, 7, 8, 9]);
await updates.return();

const wrong = tg.messages.sendMessage({ peer: one('inputPeerUser', { userId, accessHash: accessHash ^ 1n }), message: 'x', randomId: 1n });
await assert.rejects(wrong, (error) => {
  assert(error instanceof RpcError);
  assert.deepEqual([error.code, error.reason, error.domain], [400, 'PEER_ID_INVALID', 'telegram.org']);
  return true;
});
await assert.rejects(as(writer, 'wrong').updates.getState(), { status: 16 });
console.log('ok');
process.exit(0);
