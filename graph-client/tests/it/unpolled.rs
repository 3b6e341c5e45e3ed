//! No call waits for one that nobody polls, and every wait has an end.
//!
//! `GRAPH_SEEDS=10000 cargo test -p graph-client --test it unpolled` tries that many seeds, and
//! `GRAPH_SEED=17` one alone.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a failed expectation is a failed test"
)]

use std::pin::pin;
use std::time::Duration;

use crate::support::unpolled::{Fate, Job, Meter, World};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use graph_client::{BatchRequest, Client, Limits, ReportPeriod, Result};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Item {
    #[allow(dead_code, reason = "decides what is selected")]
    id: String,
}

async fn get(client: &Client) -> Result<()> {
    client.get::<Item>("users/1").send().await.map(drop)
}

/// Reads a stream to its end, with a call between any two of what it yields.
async fn with_calls_between<T>(
    (client, meter): (&Client, &Meter),
    mut stream: impl futures::Stream<Item = Result<T>> + Unpin,
) -> Result<()> {
    while meter.call("the next", stream.try_next()).await?.is_some() {
        meter.call("a call between", get(client)).await?;
    }
    Ok(())
}

fn requests(n: usize) -> impl Iterator<Item = BatchRequest> {
    (0..n).map(|n| {
        let path = if n % 3 == 0 { "members" } else { "owner" };
        BatchRequest::get(["groups", &n.to_string(), path])
    })
}

/// All the ways there are to call, each in a job of its own.
const WAYS: u64 = 17;
const REPORT: u64 = 12;

fn job(way: u64, client: Client, meter: Meter) -> (&'static str, Job) {
    const NAMES: [&str; WAYS as usize] = [
        "get",
        "buffered gets and one in the loop",
        "items",
        "pages",
        "pages ahead",
        "items ahead",
        "parts",
        "delta pages",
        "delta events",
        "batch",
        "batch stream",
        "fan-out",
        "report",
        "a call begun, another made, the first gone on with",
        "six readings of one mailbox",
        "list and delta",
        "token",
    ];
    let job = async move {
        let (client, meter) = (&client, &meter);
        let both = (client, meter);
        let users = || client.list::<Item>("users");
        match way {
            0 => meter.call("a get", get(client)).await,
            1 => {
                let gets = stream::iter(0..12).map(|_| get(client)).buffer_unordered(8);
                with_calls_between(both, gets).await
            }
            2 => with_calls_between(both, users().items()).await,
            3 => with_calls_between(both, users().pages()).await,
            4 => with_calls_between(both, users().prefetch().pages()).await,
            5 => with_calls_between(both, users().prefetch().items()).await,
            6 => {
                let parts = (0..5).map(|n| format!("part eq {n}"));
                let events = client.list_partitioned::<Item>("users", parts, 3, |part| part);
                with_calls_between(both, events).await
            }
            7 => with_calls_between(both, client.delta::<Item>("users").pages()).await,
            8 => with_calls_between(both, client.delta::<Item>("users").events()).await,
            9 => {
                let answers = client.batch(requests(25).collect());
                let answers = meter.call("a batch", answers).await?;
                answers
                    .into_iter()
                    .try_for_each(|answer| answer.result.map(drop))
            }
            10 => {
                let answers = client.batch_stream(stream::iter(requests(90)));
                with_calls_between(both, answers.map(|answer| answer.result)).await
            }
            11 => {
                let pages = client.fan_out::<Item>(stream::iter(requests(9).step_by(3)));
                with_calls_between(both, pages.map(|page| page.result)).await
            }
            REPORT => {
                let report = client.report::<Item>("getOffice365ActiveUserDetail");
                let report = report.period(ReportPeriod::D7).send();
                meter.report(report).await.map(drop)
            }
            13 => {
                let mut begun = pin!(get(client));
                if let Some(ended) = begun.as_mut().now_or_never() {
                    return ended;
                }
                meter.call("another call", get(client)).await?;
                meter.call("the first call", begun).await
            }
            14 => {
                let messages = || client.list::<Item>("users/1/messages").prefetch().pages();
                let many = stream::select_all((0..6).map(|_| messages()));
                with_calls_between(both, many).await
            }
            15 => {
                let two = stream::select(
                    users().prefetch().pages().map_ok(drop),
                    client.delta::<Item>("users").pages().map_ok(drop),
                );
                with_calls_between(both, two).await
            }
            _ => meter.call("a token", client.authenticate()).await.map(drop),
        }
    };
    (NAMES[way as usize], job.boxed_local())
}

fn try_seed(seed: u64) -> std::result::Result<(), String> {
    let mut world = World::new(seed);
    let jobs = 2 + world.random.below(9);
    for _ in 0..jobs {
        let way = world.random.below(WAYS);
        let (name, job) = job(way, world.client.clone(), world.meter());
        let polls = world.random.below(25) as u32;
        let fate = match world.random.below(4) {
            0 => Fate::Left(polls),
            1 => Fate::Dropped(polls),
            _ => Fate::Runs,
        };
        world.spawn(name, fate, job);
    }
    world.run().map(drop)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whoever_is_dropped_or_left_unpolled_the_others_end() {
    let seeds = match number("GRAPH_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("GRAPH_SEEDS").unwrap_or(200),
    };
    let failed: Vec<String> = seeds
        .filter_map(|seed| Some(format!("seed {seed}: {}", try_seed(seed).err()?)))
        .collect();
    assert!(
        failed.is_empty(),
        "{} seeds failed; the first:\n{}",
        failed.len(),
        failed
            .iter()
            .take(5)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn a_report_waits_for_room_in_its_quota_and_no_longer() {
    let mut longest = Duration::ZERO;
    for seed in 0..60 {
        let mut world = World::with_limits(seed, |_| Limits::documented());
        for n in 0..4 + seed % 8 {
            let (name, job) = job(REPORT, world.client.clone(), world.meter());
            let fate = match n % 4 {
                0 => Fate::Left(world.random.below(12) as u32),
                1 => Fate::Dropped(world.random.below(12) as u32),
                _ => Fate::Runs,
            };
            world.spawn(name, fate, job);
        }
        let ended = world.run().unwrap_or_else(|why| panic!("{seed}: {why}"));
        longest = longest.max(ended);
    }
    assert!(longest > Duration::from_secs(630), "{longest:?}");
}

#[test]
fn any_number_left_unpolled_when_a_pause_ends_holds_up_the_next_by_less_than_a_second() {
    for left in [1, 8, 100, 1000] {
        for polls in 0..6 {
            let mut world = World::new(left * 31 + u64::from(polls));
            for _ in 0..left {
                let (name, job) = job(0, world.client.clone(), world.meter());
                world.spawn(name, Fate::Left(polls), job);
            }
            for way in 0..WAYS {
                let (name, job) = job(way, world.client.clone(), world.meter());
                world.spawn(name, Fate::Runs, job);
            }
            world
                .run()
                .unwrap_or_else(|why| panic!("{left} left after {polls} polls: {why:.300}"));
        }
    }
}
