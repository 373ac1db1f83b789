// A connection to mtprotod. Messages are those of @bufbuild/protobuf: int64 is a BigInt, names are camelCase, and a oneof is
// { value: { case: 'peerUser', value: {...} } }, which one('peerUser', {...}) makes.
//
// The contract is read from its descriptors (npm run generate makes contract.binpb): 0.3 s and 32 MB. @grpc/proto-loader takes 1.0 s
// and 79 MB for the same, and code by protoc-gen-es 0.8 s and 45 MB.
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import grpc from '@grpc/grpc-js';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

let contract; // read once

const OPTIONS = {
  'grpc.max_receive_message_length': 64 << 20,
  'grpc.max_send_message_length': 64 << 20,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 5000,
};
const { UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, INTERNAL } = grpc.status;

/** The value of a oneof: one('inputPeerUser', { userId: 1n, accessHash: 2n }). */
export const one = (name, fields = {}) => ({ value: { case: name, value: fields } });

/** A number for randomId fields, by which Telegram tells a repetition from a second message. */
export const randomId = () => randomBytes(8).readBigInt64LE();

/** A call that failed: code (Telegram's, 0 if not its), reason ("FLOOD_WAIT"), value (17), seconds to wait if any, domain, status (of gRPC). */
export class RpcError extends Error {
  constructor(failure) {
    super(failure.details || failure.message);
    const { info, seconds } = detailsOf(failure.metadata?.get('grpc-status-details-bin')[0]);
    const number = (text) => (text === undefined ? undefined : Number(text));
    this.name = 'RpcError';
    this.status = failure.code;
    this.reason = info.reason ?? '';
    this.domain = info.domain ?? '';
    this.code = number(info.metadata?.code) ?? 0;
    this.value = number(info.metadata?.value);
    this.seconds = seconds ?? (this.code === 420 ? this.value : undefined);
  }
}

// Fields of a message by their numbers: https://protobuf.dev/programming-guides/encoding
function fieldsOf(bytes) {
  const reader = new BinaryReader(bytes), fields = {};
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === 2) (fields[number] ??= []).push(reader.bytes());
    else if (type === 0) (fields[number] ??= []).push(reader.int64());
    else reader.skip(type);
  }
  return fields;
}

// google.rpc.Status: ErrorInfo { reason = 1, domain = 2, map metadata = 3 }, RetryInfo { Duration { seconds = 1, nanos = 2 } = 1 }
function detailsOf(bytes) {
  const info = {}, text = (part) => (part ? Buffer.from(part).toString() : '');
  let seconds;
  for (const any of (bytes && fieldsOf(bytes)[3]) ?? []) {
    const { 1: [url], 2: [value] = [] } = fieldsOf(any);
    const fields = value ? fieldsOf(value) : {};
    if (text(url).endsWith('/google.rpc.ErrorInfo')) {
      info.reason = text(fields[1]?.[0]);
      info.domain = text(fields[2]?.[0]);
      info.metadata = Object.fromEntries((fields[3] ?? []).map(fieldsOf).map((pair) => [text(pair[1]?.[0]), text(pair[2]?.[0])]));
    } else if (text(url).endsWith('/google.rpc.RetryInfo')) {
      const delay = fields[1] ? fieldsOf(fields[1][0]) : {};
      seconds = Number(delay[1]?.[0] ?? 0) + Number(delay[2]?.[0] ?? 0) / 1e9;
    }
  }
  return { info, seconds };
}

/**
 * Updates as they happen, for `for await`: { cursor, update, users, chats, reset, resetChannels }. Opens the stream again at its cursor
 * after a disconnect. `update` is undefined in one that only says that something was lost: read the dialogs anew after `reset`.
 * `await open()` first, and nothing that happens after that is missed.
 */
class UpdateStream {
  constructor(open, { kinds = [], cursor = '' }) {
    Object.assign(this, { start: open, kinds, cursor, ended: 0 });
  }

  async open() {
    while (!this.call) {
      const call = this.start({ cursor: this.cursor, kinds: this.kinds });
      try {
        const metadata = await new Promise((resolve, reject) => call.on('metadata', resolve).on('error', reject).on('end', () => resolve()));
        this.cursor ||= metadata?.get('mtproto-cursor')[0] ?? '';
        this.call = call;
        this.messages = call[Symbol.asyncIterator]();
      } catch (failure) {
        await this.pause(failure);
      }
    }
    return this;
  }

  async pause(failure) {
    this.call = undefined;
    const error = failure && new RpcError(failure);
    const passing = !error || [UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED].includes(error.status) || (error.status === INTERNAL && !error.reason);
    if (!passing) throw error;
    const wait = error?.seconds ? error.seconds * 1000 : Math.min(100 * 2 ** this.ended++, 10000);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }

  async next() {
    for (;;) {
      await this.open();
      let message, failure;
      try {
        message = (await this.messages.next()).value;
      } catch (problem) {
        failure = problem;
      }
      if (!message) {
        await this.pause(failure);
        continue;
      }
      this.ended = 0;
      this.cursor = message.cursor || this.cursor;
      if (message.update || message.reset || message.resetChannels.length) return { value: message, done: false };
    }
  }

  async return() {
    this.call?.cancel();
    this.call = undefined;
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/**
 * connect('localhost:11011', { token, account }) gives the methods as in TL: await tg.messages.sendMessage({ ... }), and
 * tg.updates({ kinds, cursor }). `credentials` (of grpc-js) is for TLS. An optional last argument of a call is { timeout } in seconds.
 */
export function connect(target = 'localhost:11011', { token, account, credentials } = {}) {
  contract ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(new URL('contract.binpb', import.meta.url))));
  const methods = contract.getService('mtproto.Mtproto').method;
  const listen = contract.getService('mtproto.UpdateStreamer').method.listenOnUpdates;
  const client = new grpc.Client(target, credentials ?? grpc.credentials.createInsecure(), OPTIONS);
  const metadata = new grpc.Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  if (account) metadata.set('mtproto-account', account);

  const parts = (method) => [`/${method.parent.typeName}/${method.name}`,
    (message) => Buffer.from(toBinary(method.input, message)), (bytes) => fromBinary(method.output, bytes)];
  const unary = (method) => (fields = {}, { timeout } = {}) => new Promise((resolve, reject) => {
    const options = timeout ? { deadline: Date.now() + timeout * 1000 } : {};
    client.makeUnaryRequest(...parts(method), create(method.input, fields), metadata, options,
      (failure, result) => (failure ? reject(new RpcError(failure)) : resolve(result)));
  });
  const stream = (fields) => client.makeServerStreamRequest(...parts(listen), create(listen.input, fields), metadata);

  const camel = (space, name) => space + name[0].toUpperCase() + name.slice(1);
  const namespace = (space) => new Proxy((options = {}) => new UpdateStream(stream, options), {
    get: (_, name) => {
      if (!methods[camel(space, name)]) throw new TypeError(`TL has no method ${space}.${name}`);
      return unary(methods[camel(space, name)]);
    },
  });
  return new Proxy({ close: () => client.close() }, {
    get: (own, name) => own[name] ?? (typeof name !== 'string' || name === 'then' ? undefined : methods[name] ? unary(methods[name]) : namespace(name)),
  });
}
