// What the clients for Node share: the plan, the clock, and the tasks by name. See ../ours/plan.hpp.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [task, ...words] = process.argv.slice(2)
const values = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]))

export const plan = {
    task,
    text(name) {
        if (!values.has(name)) throw new Error(`${task} needs ${name}=`)
        return values.get(name)
    },
    number: (name) => Number(plan.text(name)),
    hex: (name) => Buffer.from(plan.text(name), 'hex'),
    file: (name) => readFileSync(plan.text(name)),
}

/** Packages are in a folder of their own, not beside this file. */
export const require = createRequire(pathToFileURL(process.env.PEER_PACKAGES + '/package.json'))
/** A file of a package, as an ES module. */
export const load = (file) => import(pathToFileURL(`${process.env.PEER_PACKAGES}/node_modules/${file}`))

export function check(condition, what) {
    if (!condition) throw new Error(what)
}
export const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0
export const row = (name, value) => console.log(`row ${name} ${value.toPrecision(6)}`)

const now = () => performance.now() / 1000
const cpu = () => {
    const used = process.cpuUsage()
    return (used.user + used.system) / 1e6
}

/** The best of many batches of about a hundredth of a second of processor time (of all threads), in seconds for one call. */
export async function bestTime(seconds, work) {
    const before = cpu()
    const first = work()
    const later = first instanceof Promise
    await first
    const batch = Math.max(1, Math.floor(0.01 / Math.max(cpu() - before, 1e-6)))
    let best = Infinity
    for (const begin = now(); now() - begin < seconds;) {
        const from = cpu()
        if (later) for (let i = 0; i < batch; ++i) await work()
        else for (let i = 0; i < batch; ++i) work()
        best = Math.min(best, (cpu() - from) / batch)
    }
    return best
}

const percentile = (values, share) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)]

async function measure(name, inFlight, seconds, call) {
    for (const time of [seconds / 5, seconds]) { // the first to warm up
        const latencies = []
        const before = cpu(), begin = now()
        await Promise.all(Array.from({ length: inFlight }, async () => {
            for (let from = now(); from - begin < time;) {
                await call()
                const then = now()
                latencies.push(then - from)
                from = then
            }
        }))
        if (time !== seconds) continue
        const prefix = `${name}_${inFlight}_`
        row(prefix + 'cpu_us', (cpu() - before) / latencies.length * 1e6)
        row(prefix + 'rate', latencies.length / (now() - begin))
        row(prefix + 'p50_us', percentile(latencies, 0.5) * 1e6)
        row(prefix + 'p99_us', percentile(latencies, 0.99) * 1e6)
    }
}

/** IGE both ways: `cipher()` makes a fresh one with the key and the IV. */
export async function ige(seconds, cipher) {
    for (const size of [1, 16, 512]) {
        const data = Buffer.alloc(size * 1024)
        const rate = (time) => data.length / time / 1e6
        row(`ige_encrypt_${size}k_mbs`, rate(await bestTime(seconds, () => cipher().encrypt(data))))
        row(`ige_decrypt_${size}k_mbs`, rate(await bestTime(seconds, () => cipher().decrypt(data))))
    }
}

/**
 * Runs the task of the plan. `client` has codec(), crypto(), and open(), which gives a connected one with self(), history(),
 * upload(content), download(size) and close().
 */
export async function main(client) {
    const tasks = {
        codec: client.codec,
        crypto: client.crypto,
        async rpc() {
            const tg = await client.open()
            await tg.self()
            for (const inFlight of [1, 64]) {
                await measure('small', inFlight, plan.number('seconds'), tg.self)
                await measure('history', inFlight, plan.number('seconds'), tg.history)
            }
            await tg.close()
        },
        async connect() {
            const times = [], cpus = []
            for (let left = plan.number('count'); left > 0; --left) {
                const begin = now(), before = cpu()
                const tg = await client.open()
                await tg.self()
                times.push(now() - begin)
                cpus.push(cpu() - before)
                await tg.close()
            }
            row('connect_ms', percentile(times, 0) * 1e3)
            row('connect_p50_ms', percentile(times, 0.5) * 1e3)
            row('connect_cpu_ms', percentile(cpus, 0.5) * 1e3)
        },
        async files() {
            const tg = await client.open()
            await tg.self()
            const content = plan.file('file')
            const timed = async (name, work) => {
                const begin = now(), before = cpu()
                await work()
                row(`${name}_mbs`, content.length / 1e6 / (now() - begin))
                row(`${name}_cpu_ms_per_mb`, (cpu() - before) / (content.length / 1e6) * 1e3)
            }
            await timed('upload', () => tg.upload(content))
            let back
            await timed('download', async () => { back = await tg.download(content.length) })
            check(same(back, content), 'the download is not the file')
            await tg.close()
        },
        async memory() {
            const tg = await client.open()
            await tg.self()
            console.log('ready')
            for await (const _ of process.stdin);
            await tg.close()
        },
    }
    try {
        if (task === 'layer') console.log(client.layer)
        else await tasks[task]()
        process.exit(0)
    } catch (problem) {
        console.error(problem)
        process.exit(1)
    }
}
