//! What reading costs, beside a hand-written loop: `cargo bench -p graph-client --bench reading`.
//!
//! A server on loopback sends users of about 1.4 kB, 999 a page. Each way of reading runs in a
//! process of its own, which has nothing else to do, and tells the time its thread spent on the
//! processor and its peak memory. The smallest of a few runs counts: what is more is the machine's.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::struct_field_names,
    missing_docs,
    reason = "a program that prints a table"
)]

use std::process::Command;
use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _};
use graph_client::{
    AccessToken, Client, Credential, CredentialError, Limits, PartitionEvent, TenantId,
    TokenProvider, TokenQuery,
};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

const PAGE: usize = 999;
const RUNS: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoding is what is measured")]
struct User {
    id: String,
    display_name: Option<String>,
    user_principal_name: Option<String>,
    mail: Option<String>,
    account_enabled: Option<bool>,
    user_type: Option<String>,
    created_date_time: Option<String>,
    department: Option<String>,
    job_title: Option<String>,
    usage_location: Option<String>,
    on_premises_sync_enabled: Option<bool>,
    business_phones: Option<Vec<String>>,
    proxy_addresses: Option<Vec<String>>,
    assigned_licenses: Option<Vec<License>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoding is what is measured")]
struct License {
    sku_id: String,
    disabled_plans: Vec<String>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, marker, way, origin] = arguments.as_slice()
        && marker == "--read"
    {
        return child(way, origin);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    println!(
        "users of {} bytes, {PAGE} a page, plain http/1.1 on loopback, not compressed",
        user(0).len()
    );
    println!("processor time of the reading thread, best of {RUNS}; peak memory of its process\n");
    println!(
        "{:<28} {:>10} {:>14} {:>8} {:>12} {:>10}",
        "way", "users", "us per user", "ratio", "users per s", "peak MiB"
    );
    // Other numbers of users may be given as arguments.
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    for users in sizes {
        let origin = runtime.block_on(serve(users, Duration::ZERO));
        let mut by_hand = 0.0;
        for way in [
            "by hand",
            "typed",
            "typed, prefetch",
            "raw",
            "raw, borrowed",
        ] {
            let runs: Vec<[f64; 4]> = (0..RUNS).map(|_| measure(way, &origin)).collect();
            let best = |at: usize| runs.iter().map(|run| run[at]).fold(f64::MAX, f64::min);
            let [read, cpu, wall, peak] = [best(0), best(1), best(2), best(3)];
            assert!((read - users as f64).abs() < 0.5, "{way} read {read}");
            let each = cpu / read * 1e6;
            if way == "by hand" {
                by_hand = each;
            }
            println!(
                "{way:<28} {users:>10} {each:>14.3} {:>8.2} {:>12.0} {peak:>10.1}",
                each / by_hand,
                read / wall
            );
        }
    }
    println!("\n100,000 users with 200 ms before each answer");
    let origin = runtime.block_on(serve(100_000, Duration::from_millis(200)));
    let mut one_by_one = 0.0;
    for way in ["typed", "typed, prefetch", "16 parts"] {
        let [read, _, wall, _] = measure(way, &origin);
        if one_by_one == 0.0 {
            one_by_one = wall;
        }
        println!(
            "{way:<28} {read:>10.0} users in {wall:>6.2} s, {:>5.1} times the rate",
            one_by_one / wall
        );
    }
}

/// Users read, processor seconds, seconds, and peak mebibytes of another process.
fn measure(way: &str, origin: &str) -> [f64; 4] {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--read", way, origin])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let numbers: Vec<f64> = String::from_utf8(output.stdout)
        .unwrap()
        .split_whitespace()
        .map(|number| number.parse().unwrap())
        .collect();
    numbers.try_into().unwrap()
}

fn child(way: &str, origin: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let started = (Instant::now(), processor_time());
    let read = runtime.block_on(read(way, origin));
    let (wall, cpu) = (started.0.elapsed(), processor_time() - started.1);
    println!("{read} {cpu} {} {}", wall.as_secs_f64(), peak_memory());
}

/// Seconds that this thread was on a processor.
fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace()
        .next()
        .unwrap()
        .parse::<f64>()
        .unwrap()
        / 1e9
}

fn peak_memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<f64>()
        .unwrap()
        / 1024.0
}

async fn read(way: &str, origin: &str) -> usize {
    if way == "by hand" {
        return by_hand(origin).await;
    }
    let client = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::provider("app", std::sync::Arc::new(Fixed)),
    )
    .graph_origin(origin)
    .login_origin(origin)
    .limits(Limits::none())
    .build()
    .unwrap();
    let list = || client.list::<User>("users").top(999);
    let mut read = 0;
    match way {
        "typed" | "typed, prefetch" => {
            let list = if way == "typed" {
                list()
            } else {
                list().prefetch()
            };
            let mut pages = list.pages();
            while let Some(page) = pages.try_next().await.unwrap() {
                read += page.items.len();
            }
        }
        "raw" => {
            let mut pages = list().raw_pages();
            while let Some(page) = pages.try_next().await.unwrap() {
                read += page.items().filter(|item| item.starts_with('{')).count();
            }
        }
        "raw, borrowed" => {
            let mut pages = list().raw_pages();
            while let Some(page) = pages.try_next().await.unwrap() {
                read += page.decode::<Account<'_>>().flatten().count();
            }
        }
        _ => {
            let parts = (0..16).map(|part| format!("part eq {part}"));
            let mut events =
                client.list_partitioned::<User>("users", parts, 16, |part| part.top(999));
            while let Some(event) = events.next().await {
                if let PartitionEvent::Page(page) = event.unwrap() {
                    read += page.items.len();
                }
            }
        }
    }
    read
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoding is what is measured")]
struct Account<'a> {
    id: &'a str,
    user_principal_name: Option<&'a str>,
    account_enabled: Option<bool>,
}

struct Fixed;

#[async_trait::async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
        Ok(AccessToken::new("token", Duration::from_secs(3600)))
    }
}

/// What one would write without a client: no retries, no checks.
async fn by_hand(origin: &str) -> usize {
    #[derive(Deserialize)]
    struct Page {
        value: Vec<User>,
        #[serde(rename = "@odata.nextLink")]
        next: Option<String>,
    }
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only(std::iter::empty())
        .build()
        .unwrap();
    let mut next = Some(format!("{origin}/v1.0/users?$top=999"));
    let mut read = 0;
    while let Some(url) = next {
        let answer = http.get(url).bearer_auth("token").send().await.unwrap();
        let body = answer.bytes().await.unwrap();
        let page: Page = serde_json::from_slice(&body).unwrap();
        read += page.value.len();
        next = page.next;
    }
    read
}

fn user(n: usize) -> String {
    let sku = |n: usize| format!("6fd2c87f-b296-42f0-b197-1e91e994b9{n:02}");
    let plans: Vec<String> = (0..16).map(|n| format!("\"{}\"", sku(n + 10))).collect();
    format!(
        r#"{{"id":"{n:08}-07e2-4810-8459-485f84f8f204","displayName":"Adele Vance {n}","userPrincipalName":"adele.vance.{n}@contoso.onmicrosoft.com","mail":"adele.vance.{n}@contoso.com","accountEnabled":true,"userType":"Member","createdDateTime":"2021-05-04T12:34:56Z","department":"Retail operations","jobTitle":"Retail manager","usageLocation":"US","onPremisesSyncEnabled":null,"businessPhones":["+1 425 555 0109"],"proxyAddresses":["SMTP:adele.vance.{n}@contoso.com","smtp:adele.vance.{n}@contoso.onmicrosoft.com","smtp:avance.{n}@contoso.com"],"assignedLicenses":[{{"skuId":"{}","disabledPlans":[{}]}},{{"skuId":"{}","disabledPlans":[]}}],"employeeId":"{n}","companyName":"Contoso","officeLocation":"18/2111","preferredLanguage":"en-US"}}"#,
        sku(1),
        plans.join(","),
        sku(2)
    )
}

/// A server of so many users, each answer after a delay; its origin.
async fn serve(users: usize, delay: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let items: Vec<String> = (0..PAGE).map(user).collect();
    let (told, items) = (origin.clone(), std::sync::Arc::new(items));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let items = std::sync::Arc::clone(&items);
            let told = told.clone();
            tokio::spawn(async move {
                let _ = answer(stream, &told, users, delay, &items).await;
            });
        }
    });
    origin
}

async fn answer(
    stream: TcpStream,
    origin: &str,
    users: usize,
    delay: Duration,
    items: &[String],
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let whole = items.join(",");
    loop {
        let (mut request, mut line) = (String::new(), String::new());
        stream.read_line(&mut request).await?;
        while stream.read_line(&mut line).await? > 2 {
            line.clear();
        }
        let Some(target) = request.split(' ').nth(1) else {
            return Ok(());
        };
        let number = |name: &str| -> Option<usize> {
            let rest = target.split(name).nth(1)?;
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest.get(..end)?.parse().ok()
        };
        let part = number("part%20eq%20").or(number("part="));
        let of = part.map_or(users, |part| users / 16 + usize::from(part < users % 16));
        let from = number("skip=").unwrap_or(0);
        let body = if target.contains("/delta") {
            format!(
                r#"{{"value":[],"@odata.deltaLink":"{origin}/v1.0/users/delta?$deltatoken=1"}}"#
            )
        } else {
            let count = PAGE.min(of - from);
            let next = if from + count < of {
                let part = part.map_or(String::new(), |part| format!("&part={part}"));
                format!(
                    r#""@odata.nextLink":"{origin}/v1.0/users?skip={}{part}","#,
                    from + count
                )
            } else {
                String::new()
            };
            let value = if count == PAGE {
                whole.clone()
            } else {
                items[..count].join(",")
            };
            format!(r#"{{"@odata.context":"x",{next}"value":[{value}]}}"#)
        };
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        stream.flush().await?;
    }
}
