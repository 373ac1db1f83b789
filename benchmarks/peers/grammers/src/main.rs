//! grammers' side of the comparison: see ../ours/plan.hpp for the tasks and what is printed.
use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use grammers_client::media::Downloadable;
use grammers_client::{Client, SenderPool};
use grammers_crypto::{AuthKey, DequeBuffer, aes, encrypt_data_v2, factorize};
use grammers_session::SessionData;
use grammers_session::storages::MemorySession;
use grammers_session::types::DcOption;
use grammers_tl_types::{self as tl, Deserializable, Serializable, enums, functions, types};

struct Plan(HashMap<String, String>);

impl Plan {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("{name}= is missing"))
    }
    fn number(&self, name: &str) -> f64 {
        self.text(name).parse().expect(name)
    }
    fn integer(&self, name: &str) -> i64 {
        self.text(name).parse().expect(name)
    }
    fn hex(&self, name: &str) -> Vec<u8> {
        let digits = self.text(name);
        (0..digits.len() / 2).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect(name)).collect()
    }
    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.text(name)).expect(name)
    }
}

fn row(name: &str, value: f64) {
    println!("row {name} {value}");
}

fn cpu_seconds() -> f64 {
    // SAFETY: a rusage of zeros is valid, and getrusage only fills it in.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut used);
        used
    };
    let of = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    of(used.ru_utime) + of(used.ru_stime)
}

/// The best of many batches of about a hundredth of a second of processor time, in seconds for one call.
fn best_time<T>(seconds: f64, mut work: impl FnMut() -> T) -> f64 {
    let first = cpu_seconds();
    std::hint::black_box(work());
    let batch = (0.01 / (cpu_seconds() - first).max(1e-6)).max(1.0) as usize;
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    while begin.elapsed().as_secs_f64() < seconds {
        let from = cpu_seconds();
        for _ in 0..batch {
            std::hint::black_box(work());
        }
        best = best.min((cpu_seconds() - from) / batch as f64);
    }
    best
}

fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share) as usize]
}

fn codec(plan: &Plan) {
    let (seconds, wire) = (plan.number("seconds"), plan.file("reply"));
    let request = functions::messages::SendMessage {
        no_webpage: false,
        silent: false,
        background: false,
        clear_draft: false,
        noforwards: false,
        update_stickersets_order: false,
        invert_media: false,
        allow_paid_floodskip: false,
        peer: types::InputPeerUser { user_id: 5_000_000_001, access_hash: 0x5eed_f00d_1234_5679 }.into(),
        reply_to: None,
        message: "x".repeat(100),
        random_id: 0x1122_3344_5566_7788,
        reply_markup: None,
        entities: Some(vec![
            types::MessageEntityBold { offset: 0, length: 10 }.into(),
            types::MessageEntityItalic { offset: 20, length: 10 }.into(),
            types::MessageEntityCode { offset: 40, length: 10 }.into(),
        ]),
        schedule_date: None,
        schedule_repeat_period: None,
        send_as: None,
        quick_reply_shortcut: None,
        effect: None,
        allow_paid_stars: None,
        suggested_post: None,
        rich_message: None,
    };
    assert!(request.to_bytes() == plan.file("request"), "the request's bytes are not the expected ones");
    let decode = || enums::messages::Messages::from_bytes(&wire).expect("the reply");
    let reply = decode();
    assert!(reply.to_bytes() == wire, "the reply's bytes are not the expected ones");
    row("encode_request_ns", best_time(seconds, || request.to_bytes()) * 1e9);
    row("decode_reply_us", best_time(seconds, decode) * 1e6);
    row("encode_reply_us", best_time(seconds, || reply.to_bytes()) * 1e6);
}

fn crypto(plan: &Plan) {
    let seconds = plan.number("seconds");
    let (key, iv) = ([0x5a; 32], [0xa5; 32]);
    for size in [1, 16, 512] {
        let mut data = vec![0; size * 1024];
        let rate = |time: f64| size as f64 * 1024.0 / time / 1e6;
        row(&format!("ige_encrypt_{size}k_mbs"), rate(best_time(seconds, || aes::ige_encrypt(&mut data, &key, &iv))));
        row(&format!("ige_decrypt_{size}k_mbs"), rate(best_time(seconds, || aes::ige_decrypt(&mut data, &key, &iv))));
    }
    let secret: [u8; 256] = plan.hex("packet_key").try_into().expect("256 bytes");
    let secret = AuthKey::from_bytes(secret);
    for size in [1, 64] {
        let body = vec![0u8; 32 + size * 1024]; // with salt, session, and the message's id, number and length
        let mut buffer = DequeBuffer::with_capacity(body.len() + 1024, 64);
        let time = best_time(seconds, || {
            buffer.clear();
            buffer.extend(body.iter().copied());
            encrypt_data_v2(&mut buffer, &secret);
        });
        row(&format!("packet_write_{size}k_us"), time * 1e6);
        let wire = plan.file(&format!("packet_{size}k"));
        let mut copy = wire.clone();
        let time = best_time(seconds, || {
            copy.copy_from_slice(&wire); // reading is in place
            grammers_crypto::decrypt_data_v2(&mut copy, &secret).expect("a packet").len()
        });
        row(&format!("packet_read_{size}k_us"), time * 1e6);
    }
    let numbers: Vec<u64> = plan.text("pq").split(',').map(|text| text.parse().expect("pq")).collect();
    let time = best_time(seconds, || {
        for &pq in &numbers {
            let (a, b) = factorize(pq);
            assert!(a * b == pq, "wrong factors");
        }
    });
    row("pq_us", time / numbers.len() as f64 * 1e6);
}

struct Connected {
    client: Client,
    pool: grammers_client::sender::SenderPoolFatHandle,
    runner: tokio::task::JoinHandle<()>,
}

impl Connected {
    /// Connects with the first call.
    fn open(plan: &Plan) -> Self {
        let dc = plan.integer("dc") as i32;
        let ipv4: std::net::SocketAddrV4 = format!("{}:{}", plan.text("host"), plan.text("port")).parse().expect("address");
        let mut data = SessionData { home_dc: dc, ..Default::default() };
        data.dc_options.insert(
            dc,
            DcOption {
                id: dc,
                ipv4,
                ipv6: std::net::SocketAddrV6::new(ipv4.ip().to_ipv6_mapped(), ipv4.port(), 0, 0),
                auth_key: Some(plan.hex("key").try_into().expect("256 bytes")),
            },
        );
        let SenderPool { runner, handle, .. } = SenderPool::new(Arc::new(MemorySession::from(data)), 1);
        let client = Client::new(handle.clone());
        Self { client, pool: handle, runner: tokio::task::spawn_local(runner.run()) }
    }
    async fn close(self) {
        self.pool.quit();
        self.runner.await.expect("the runner");
    }
}

async fn self_call(client: &Client) {
    let request = functions::users::GetUsers { id: vec![enums::InputUser::UserSelf] };
    assert!(client.invoke(&request).await.expect("users.getUsers").len() == 1, "not one user");
}

async fn history(client: &Client, chat: i64) {
    let request = functions::messages::GetHistory {
        peer: types::InputPeerChat { chat_id: chat }.into(),
        offset_id: 0,
        offset_date: 0,
        add_offset: 0,
        limit: 100,
        max_id: 0,
        min_id: 0,
        hash: 0,
    };
    let count = match client.invoke(&request).await.expect("messages.getHistory") {
        enums::messages::Messages::Messages(all) => all.messages.len(),
        enums::messages::Messages::Slice(part) => part.messages.len(),
        _ => 0,
    };
    assert!(count > 0, "an answer without content");
}

async fn measure(client: &Client, name: &str, in_flight: usize, seconds: f64, chat: Option<i64>) {
    for duration in [seconds / 5.0, seconds] {
        // The first to warm up.
        let latencies = Arc::new(Mutex::new(Vec::<f64>::new()));
        let (cpu, begin) = (cpu_seconds(), Instant::now());
        let mut open = tokio::task::JoinSet::new();
        for _ in 0..in_flight {
            let (client, latencies) = (client.clone(), latencies.clone());
            open.spawn_local(async move {
                let mut mine = Vec::new();
                let mut from = Instant::now();
                while from.duration_since(begin).as_secs_f64() < duration {
                    match chat {
                        Some(id) => history(&client, id).await,
                        None => self_call(&client).await,
                    }
                    let now = Instant::now();
                    mine.push(now.duration_since(from).as_secs_f64());
                    from = now;
                }
                latencies.lock().unwrap().extend(mine);
            });
        }
        open.join_all().await;
        if duration != seconds {
            continue;
        }
        let mut all = latencies.lock().unwrap();
        let calls = all.len() as f64;
        row(&format!("{name}_{in_flight}_cpu_us"), (cpu_seconds() - cpu) / calls * 1e6);
        row(&format!("{name}_{in_flight}_rate"), calls / begin.elapsed().as_secs_f64());
        row(&format!("{name}_{in_flight}_p50_us"), percentile(&mut all, 0.5) * 1e6);
        row(&format!("{name}_{in_flight}_p99_us"), percentile(&mut all, 0.99) * 1e6);
    }
}

async fn rpc(plan: &Plan) {
    let tg = Connected::open(plan);
    self_call(&tg.client).await;
    for in_flight in [1, 64] {
        measure(&tg.client, "small", in_flight, plan.number("seconds"), None).await;
        measure(&tg.client, "history", in_flight, plan.number("seconds"), Some(plan.integer("chat"))).await;
    }
    tg.close().await;
}

async fn connect(plan: &Plan) {
    let (mut times, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..plan.integer("count") {
        let (begin, cpu) = (Instant::now(), cpu_seconds());
        let tg = Connected::open(plan);
        self_call(&tg.client).await;
        times.push(begin.elapsed().as_secs_f64());
        cpus.push(cpu_seconds() - cpu);
        tg.close().await;
    }
    row("connect_ms", percentile(&mut times, 0.0) * 1e3);
    row("connect_p50_ms", percentile(&mut times, 0.5) * 1e3);
    row("connect_cpu_ms", percentile(&mut cpus, 0.5) * 1e3);
}

struct Document(types::InputDocumentFileLocation, usize);

impl Downloadable for Document {
    fn to_raw_input_location(&self) -> Option<tl::enums::InputFileLocation> {
        Some(self.0.clone().into())
    }
    fn size(&self) -> Option<usize> {
        Some(self.1)
    }
}

async fn files(plan: &Plan) {
    let tg = Connected::open(plan);
    self_call(&tg.client).await;
    let content = plan.file("file");
    let megabytes = content.len() as f64 / 1e6;
    let report = |name: &str, begin: Instant, cpu: f64| {
        row(&format!("{name}_mbs"), megabytes / begin.elapsed().as_secs_f64());
        row(&format!("{name}_cpu_ms_per_mb"), (cpu_seconds() - cpu) / megabytes * 1e3);
    };
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    tg.client.upload_stream(&mut Cursor::new(&content), content.len(), "data.bin".into()).await.expect("upload");
    report("upload", begin, cpu);
    let document = Document(
        types::InputDocumentFileLocation {
            id: plan.integer("file_id"),
            access_hash: plan.integer("file_access_hash"),
            file_reference: plan.hex("file_reference"),
            thumb_size: String::new(),
        },
        content.len(),
    );
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    let mut back = Vec::with_capacity(content.len());
    let mut parts = tg.client.iter_download(&document);
    while let Some(part) = parts.next().await.expect("download") {
        back.extend(part);
    }
    report("download", begin, cpu);
    assert!(back == content, "the download is not the file");
    tg.close().await;
}

async fn memory(plan: &Plan) {
    let tg = Connected::open(plan);
    self_call(&tg.client).await;
    println!("ready");
    std::io::stdin().read_to_end(&mut Vec::new()).expect("input");
    tg.close().await;
}

fn main() {
    let mut words = std::env::args().skip(1);
    let task = words.next().expect("usage: TASK [name=value]..., see bench.py");
    let plan = Plan(words.map(|word| word.split_once('=').map(|(a, b)| (a.into(), b.into())).expect("name=value")).collect());
    match task.as_str() {
        "layer" => return println!("{}", tl::LAYER),
        "codec" => return codec(&plan),
        "crypto" => return crypto(&plan),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
    tokio::task::LocalSet::new().block_on(&runtime, async {
        match task.as_str() {
            "rpc" => rpc(&plan).await,
            "connect" => connect(&plan).await,
            "files" => files(&plan).await,
            "memory" => memory(&plan).await,
            _ => panic!("no task {task}"),
        }
    });
}
