// What the clients for Node share: the plan (see run.py), and packages from the folder where they were installed.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export const plan = JSON.parse(process.argv[2])
export const require = createRequire(join(plan.node, 'package.json'))
export const publicKey = readFileSync(plan.public_key, 'ascii')

/** Imports `name` as a program in the folder `plan.node` would. */
export function load(name) {
    const [, folder, rest] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name)
    const root = join(plan.node, 'node_modules', folder)
    const entry = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports['.' + rest].import
    return import(pathToFileURL(join(root, entry.default ?? entry)))
}

export const say = (...words) => process.stdout.write(words.join(' ') + '\n')
export function check(condition, what) {
    if (!condition) throw new Error(what)
}
export const same = (a, b, what) => check(JSON.stringify(a) === JSON.stringify(b), `${what}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`)
export const sha256 = (data) => createHash('sha256').update(data).digest('hex')
export const randomText = () => `ping ${randomBytes(4).toString('hex')} ä€`
/** Random, but cheap to make. */
export function randomFile(size) {
    const some = randomBytes(1 << 16)
    const all = Buffer.alloc(size)
    for (let at = 0; at < size; at += some.length) some.copy(all, at)
    return all
}

/** Incoming messages, until somebody waits for them. */
export class Answers {
    #messages = []
    #arrived = () => {}
    add(text, message) {
        this.#messages.push({ text, message })
        this.#arrived()
    }
    /** The next message whose text is `wanted`. */
    async expect(wanted) {
        const late = setTimeout(() => {
            say(`no answer '${wanted}' within 90 seconds`)
            process.exit(1)
        }, 90_000)
        for (;;) {
            while (this.#messages.length) {
                const { text, message } = this.#messages.shift()
                if (text === wanted) {
                    clearTimeout(late)
                    return message
                }
                say(`passed over: ${text}`)
            }
            await new Promise((resolve) => (this.#arrived = resolve))
        }
    }
}

/** Runs the client, and ends the process with it: some keep connections that would hold it back. */
export async function run(main) {
    try {
        await main()
        say('ok')
        process.exit(0)
    } catch (problem) {
        say(problem?.stack ?? problem)
        process.exit(1)
    }
}
