//! The controller against a service in virtual time: what gets through, and what is wasted.
//!
//! The large rates run for a shorter time here than in `benches/throttling.rs`, which prints all.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use crate::support::simulation::{Counting, Run, SimulationResult, Truth, VirtualClock};
use crate::support::{Events, User, fixture, fixture_of, page};
use graph_client::test_util::Answer;
use graph_client::{
    CallEvent, Client, LearnedLimits, Limits, Priority, RetryOptions, TenantId, WaitReason,
};

fn hungry(counting: Counting, per_second: f64, documented: u32, seconds: u64) -> SimulationResult {
    Run {
        seconds,
        ..Run::hungry(counting, per_second, Some(documented))
    }
    .run()
}

#[track_caller]
fn expect(result: &SimulationResult, goodput: f64, wasted: f64) {
    let (got, lost) = (result.goodput(), result.wasted());
    assert!(
        got >= goodput && lost <= wasted && result.failed() == 0,
        "goodput {got:.4}, wasted {lost:.4}, failed {}",
        result.failed()
    );
}

#[test]
fn a_known_limit_is_used_to_95_percent_and_nothing_is_refused() {
    for counting in [Counting::Accruing, Counting::Fixed] {
        expect(&hungry(counting, 20.0, 200, 600), 0.95, 0.0);
        expect(&hungry(counting, 0.5, 5, 600), 0.95, 0.0);
    }
    expect(&hungry(Counting::Accruing, 800.0, 8000, 60), 0.95, 0.0);
}

#[test]
fn a_documented_limit_40_percent_too_high_wastes_at_most_2_percent() {
    for counting in [Counting::Accruing, Counting::Fixed] {
        expect(&hungry(counting, 20.0, 280, 600), 0.90, 0.02);
    }
    expect(&hungry(Counting::Accruing, 800.0, 11_200, 200), 0.90, 0.02);
}

#[test]
fn small_quotas_documented_wrong_are_learned() {
    for documented in [7, 10] {
        for counting in [Counting::Accruing, Counting::Fixed] {
            expect(&hungry(counting, 0.5, documented, 600), 0.80, 0.05);
        }
    }
}

#[test]
fn what_was_learned_saves_the_next_run_its_refusals() {
    let first = hungry(Counting::Accruing, 0.5, 10, 600);
    assert!(first.wasted() > 0.0 && !first.learned.is_empty());
    let wasted = first.wasted();
    let second = Run {
        learned: first.learned,
        ..Run::hungry(Counting::Accruing, 0.5, Some(10))
    };
    expect(&second.run(), 0.90, wasted / 2.0);
}

#[test]
fn the_same_seed_is_the_same_run() {
    let one = || hungry(Counting::Accruing, 20.0, 280, 120);
    let (a, b) = (one(), one());
    let latencies = |result: &SimulationResult| result.tallies["one.example"].latencies.clone();
    assert_eq!(latencies(&a), latencies(&b));
}

fn quiet_beside(noisy: usize, truth: Truth, documented: u32) -> SimulationResult {
    Run {
        truth,
        documented: Some(documented),
        learned: LearnedLimits::default(),
        tenants: vec![
            ("noisy.example", noisy, Duration::ZERO),
            ("quiet.example", 4, Duration::from_secs(2)),
        ],
        seconds: 300,
        seed: 3,
    }
    .run()
}

#[test]
fn a_noisy_tenant_does_not_slow_down_others() {
    let truth = Truth {
        counting: Counting::Accruing,
        requests: 200.0,
        per: 10.0,
        shared: false,
    };
    let p99 = |noisy| quiet_beside(noisy, truth, 200).tallies["quiet.example"].p99();
    let (alone, beside) = (p99(0).as_secs_f64(), p99(200).as_secs_f64());
    assert!(beside <= alone * 1.05, "{alone} s alone, {beside} s beside");
}

#[test]
fn a_noisy_tenant_does_not_slow_down_others_at_a_limit_of_the_application_either() {
    let truth = Truth {
        counting: Counting::Accruing,
        requests: 122.0,
        per: 10.0,
        shared: true,
    };
    let p99 = |result: &SimulationResult| result.tallies["quiet.example"].p99().as_secs_f64();
    let alone = p99(&quiet_beside(0, truth, 122));
    for counting in [Counting::Accruing, Counting::Fixed] {
        let result = quiet_beside(200, Truth { counting, ..truth }, 122);
        let beside = p99(&result);
        assert!(beside <= alone * 1.05, "{alone} s alone, {beside} s beside");
        // And nothing of the limit is lost by it.
        expect(&result, 0.95, 0.0);
    }
}

#[tokio::test]
async fn a_wide_fan_out_at_a_small_limit_takes_its_time_and_does_not_fail_by_itself() {
    let f = fixture_of(|b| b.limits(Limits::documented()));
    f.graph
        .on("/v1.0/auditLogs/signIns", vec![page(&[], None); 300]);
    let client = f.client.patient();
    let calls = (0..300).map(|_| client.list::<User>("auditLogs/signIns").pages());
    let pages = calls.map(|mut pages| async move { futures::StreamExt::next(&mut pages).await });
    for page in futures::future::join_all(pages).await {
        page.unwrap().unwrap();
    }
    // Twice the budget of a call, and twelve times as long as a call may take after a refusal.
    assert!(f.clock.elapsed() >= Duration::from_millis(59 * 10_500));
    assert_eq!(f.graph.requests().len(), 300);
}

#[tokio::test]
async fn nobody_stands_in_line_for_longer_than_the_budget_unless_told_to_and_each_says_so() {
    let events = Arc::new(Events::default());
    let f = fixture_of(|b| b.limits(Limits::documented()));
    f.graph
        .on("/v1.0/auditLogs/signIns", vec![page(&[], None); 300]);
    let client = f.client.with_observer(Arc::<Events>::clone(&events));
    let calls = (0..300).map(|_| client.list::<User>("auditLogs/signIns").pages());
    let pages = calls.map(|mut pages| async move { futures::StreamExt::next(&mut pages).await });
    let pages = futures::future::join_all(pages).await;
    let (read, refused): (Vec<_>, Vec<_>) = pages.into_iter().flatten().partition(Result::is_ok);
    assert!(
        refused
            .iter()
            .all(|page| page.as_ref().unwrap_err().is_throttled())
    );
    let longest = RetryOptions::default().total_time;
    assert!(f.clock.elapsed() <= longest && read.len() > 100);
    let events = events.0.lock().unwrap();
    let told = |event: &&CallEvent| {
        matches!(event, CallEvent::Wait { duration, reason: WaitReason::RateLimit, .. }
            if *duration >= Duration::from_secs(1))
    };
    assert!(events.iter().filter(told).count() >= read.len() - 5);
}

#[tokio::test]
async fn who_cannot_stand_in_line_that_long_is_told_at_once() {
    let f = fixture_of(|b| {
        b.limits(Limits::documented())
            .retry(RetryOptions::default().queue_time(Duration::from_secs(10)))
    });
    f.graph
        .on("/v1.0/auditLogs/signIns", vec![page(&[], None); 6]);
    let read = || f.client.list::<User>("auditLogs/signIns").items();
    for _ in 0..5 {
        assert_eq!(futures::StreamExt::count(read()).await, 0);
    }
    let error = futures::StreamExt::next(&mut read()).await.unwrap();
    let error = error.unwrap_err();
    assert!(error.is_throttled() && error.retry_after() > Some(Duration::from_secs(10)));
    assert_eq!((error.attempts(), f.clock.elapsed()), (0, Duration::ZERO));
}

#[tokio::test]
async fn the_priority_of_a_call_is_sent_along() {
    let f = fixture();
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 4]);
    for priority in [
        Priority::Interactive,
        Priority::Webhook,
        Priority::Scheduled,
        Priority::Backfill,
    ] {
        let client = f.client.with_priority(priority);
        client.get::<User>("users/1").send().await.unwrap();
    }
    let sent: Vec<String> = f
        .graph
        .requests()
        .iter()
        .map(|r| r.header("x-ms-throttle-priority").unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["high", "normal", "normal", "low"]);
    assert_eq!(
        f.graph.token_requests()[0].header("x-ms-throttle-priority"),
        None
    );
}

#[tokio::test]
async fn a_limit_of_the_application_is_shared_with_siblings() {
    let f = fixture_of(|b| b.limits(Limits::documented()));
    f.graph.on("/v1.0/users", vec![page(&[], None); 11]);
    for n in 0..11 {
        let tenant = TenantId::new(format!("t{n}.example")).unwrap();
        let items = f
            .client
            .for_tenant(tenant)
            .list::<User>("users")
            .select(["id", "signInActivity"])
            .items();
        assert_eq!(futures::StreamExt::count(items).await, 0);
    }
    assert!(f.clock.elapsed() >= Duration::from_secs(60));
}

#[tokio::test]
async fn a_429_without_retry_after_has_a_documented_preset() {
    let path = "/v1.0/identity/conditionalAccess/policies";
    let f = fixture_of(|b| b.limits(Limits::documented()));
    f.graph.on(path, [Answer::status(429), page(&[], None)]);
    let items = f
        .client
        .list::<User>("identity/conditionalAccess/policies")
        .items();
    assert_eq!(futures::StreamExt::count(items).await, 0);
    // The first wait of the client's own would be half of this.
    assert!(
        f.clock
            .sleeps()
            .iter()
            .any(|s| *s >= Duration::from_secs(1))
    );
}

#[tokio::test]
async fn a_retry_if_hook_that_says_no_ends_the_retries() {
    let f = fixture_of(|b| b.retry_if(|error| error.status() != Some(429)));
    f.graph.on("/v1.0/users/1", vec![Answer::status(429); 2]);
    f.graph.on(
        "/v1.0/users/2",
        [Answer::status(503), Answer::json(r#"{"id":"2"}"#)],
    );
    let error = f.client.get::<User>("users/1").send().await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(429), 1));
    let other: Client = f.client.for_tenant(TenantId::new("b.example").unwrap());
    assert_eq!(other.get::<User>("users/2").send().await.unwrap().id, "2");
}

/// Takes forty seconds for a token and nothing for anything else; notes when it is asked.
struct SlowToken {
    clock: std::sync::Arc<VirtualClock>,
    asked: std::sync::Mutex<Vec<Duration>>,
}

#[async_trait::async_trait]
impl graph_client::Transport for SlowToken {
    async fn send(
        &self,
        request: graph_client::TransportRequest,
    ) -> Result<graph_client::TransportResponse, graph_client::TransportError> {
        use graph_client::Clock as _;
        if request.url.path().ends_with("/token") {
            self.clock.sleep(Duration::from_secs(40)).await;
        } else {
            self.asked.lock().unwrap().push(self.clock.monotonic());
        }
        Ok(graph_client::TransportResponse::new(
            http::StatusCode::OK,
            http::HeaderMap::new(),
            r#"{"access_token":"token","expires_in":45}"#,
        ))
    }
}

#[test]
fn nobody_has_a_permit_while_a_token_is_fetched() {
    let clock = std::sync::Arc::new(VirtualClock::default());
    let service = std::sync::Arc::new(SlowToken {
        clock: std::sync::Arc::clone(&clock),
        asked: std::sync::Mutex::default(),
    });
    let five = graph_client::Limit::new(
        graph_client::Workload::Identity,
        graph_client::LimitScope::Tenant,
        5,
        Duration::from_secs(10),
    );
    let client = Client::builder(
        TenantId::new("a.example").unwrap(),
        graph_client::Credential::client_secret("app", "secret"),
    )
    .transport(std::sync::Arc::<SlowToken>::clone(&service))
    .clock(std::sync::Arc::<VirtualClock>::clone(&clock))
    .limits(Limits::none().with(five))
    .build()
    .unwrap();
    let mut pool = futures::executor::LocalPool::new();
    for _ in 0..60 {
        let call = client.raw("organization").send();
        let spawner = pool.spawner();
        let task = async move { drop(call.await.unwrap()) };
        futures::task::LocalSpawnExt::spawn_local(&spawner, task).unwrap();
    }
    pool.run_until_stalled();
    while clock.step(Duration::from_secs(3600)) {
        pool.run_until_stalled();
    }
    // The line is longer than the life of a token: some have to fetch one again, and keep their
    // place without holding leave to send meanwhile.
    let asked = service.asked.lock().unwrap();
    assert_eq!(asked.len(), 60);
    assert!(
        asked
            .windows(6)
            .all(|six| six[0] + Duration::from_secs(10) <= six[5]),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_429_of_the_token_endpoint_holds_up_no_other_tenant() {
    let f = fixture();
    let refused = Answer::status(429).header("retry-after", "60");
    f.graph.on("/contoso.example/oauth2/v2.0/token", [refused]);
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 2]);
    let other = f.client.for_tenant(TenantId::new("b.example").unwrap());
    let (refused, other) = (
        f.client.get::<User>("users/1"),
        other.get::<User>("users/1"),
    );
    let mut refused = std::pin::pin!(refused.send());
    let clock = std::sync::Arc::clone(&f.clock);
    let other = async move { (other.send().await.unwrap(), clock.elapsed()) };
    // Polled until it waits for the minute to pass.
    for _ in 0..2 {
        assert!(futures::FutureExt::now_or_never(refused.as_mut()).is_none());
    }
    assert!(other.await.1 < Duration::from_secs(1));
    refused.await.unwrap();
    assert!(f.clock.elapsed() >= Duration::from_secs(60));
}

/// Refuses the first request, answers six that were sent with it after that, and then answers or
/// refuses as it is told; notes when it is asked.
struct RefusesOne {
    clock: std::sync::Arc<VirtualClock>,
    retry_after: u64,
    refuses_on: bool,
    asked: std::sync::Mutex<Vec<Duration>>,
}

#[async_trait::async_trait]
impl graph_client::Transport for RefusesOne {
    async fn send(
        &self,
        request: graph_client::TransportRequest,
    ) -> Result<graph_client::TransportResponse, graph_client::TransportError> {
        use graph_client::Clock as _;
        let mut headers = http::HeaderMap::new();
        let ok = http::StatusCode::OK;
        if request.url.path().ends_with("/token") {
            let token = r#"{"access_token":"token","expires_in":86400}"#;
            return Ok(graph_client::TransportResponse::new(ok, headers, token));
        }
        let before = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(self.clock.monotonic());
            asked.len() - 1
        };
        let refused = before == 0 || (before > 6 && self.refuses_on);
        let takes = if refused { 100 } else { 200 };
        self.clock.sleep(Duration::from_millis(takes)).await;
        let status = if refused {
            headers.insert("retry-after", self.retry_after.into());
            http::StatusCode::TOO_MANY_REQUESTS
        } else {
            ok
        };
        Ok(graph_client::TransportResponse::new(status, headers, "{}"))
    }
}

/// Seven calls at once, so many more a second later, and when each request was sent; how the first
/// call ended, and when.
fn refused_once(
    retry_after: u64,
    refuses_on: bool,
    later: usize,
) -> (Vec<Duration>, graph_client::Result<()>, Duration) {
    use graph_client::Clock as _;
    let clock = std::sync::Arc::new(VirtualClock::default());
    let service = std::sync::Arc::new(RefusesOne {
        clock: std::sync::Arc::clone(&clock),
        retry_after,
        refuses_on,
        asked: std::sync::Mutex::default(),
    });
    let client = Client::builder(
        TenantId::new("a.example").unwrap(),
        graph_client::Credential::client_secret("app", "secret"),
    )
    .transport(std::sync::Arc::<RefusesOne>::clone(&service))
    .clock(std::sync::Arc::<VirtualClock>::clone(&clock))
    .limits(Limits::none())
    .build()
    .unwrap();
    let ended = std::rc::Rc::new(std::cell::RefCell::new(None));
    let mut pool = futures::executor::LocalPool::new();
    for n in 0..7 + later {
        let call = client.raw("users/1").send();
        let (clock, ended) = (std::sync::Arc::clone(&clock), std::rc::Rc::clone(&ended));
        let task = async move {
            if n > 6 {
                clock.sleep(Duration::from_secs(1)).await;
            }
            let result = call.await.map(drop);
            if n == 0 {
                *ended.borrow_mut() = Some((result, clock.monotonic()));
            }
        };
        futures::task::LocalSpawnExt::spawn_local(&pool.spawner(), task).unwrap();
    }
    pool.run_until_stalled();
    while clock.step(Duration::from_secs(24 * 3600)) {
        pool.run_until_stalled();
    }
    let asked = service.asked.lock().unwrap().clone();
    let (result, at) = ended.take().unwrap();
    (asked, result, at)
}

#[test]
fn answers_to_what_was_sent_before_a_429_do_not_let_all_in_when_the_pause_ends() {
    let (asked, result, _) = refused_once(10, false, 40);
    result.unwrap();
    assert_eq!(asked.len(), 48);
    let resumed = asked[7];
    assert!(resumed >= Duration::from_secs(10), "{resumed:?}");
    let together = asked.iter().filter(|at| **at == resumed).count();
    assert_eq!(together, 1, "{asked:?}");
    let last = *asked.last().unwrap();
    assert!(last < resumed + Duration::from_secs(3), "{asked:?}");
}

#[test]
fn a_call_that_is_refused_on_and_on_ends_within_its_time() {
    let (asked, result, at) = refused_once(250, true, 0);
    let error = result.unwrap_err();
    assert!(error.is_throttled(), "{error}");
    assert!(at <= RetryOptions::default().total_time, "{at:?}");
    assert_eq!(asked.len(), 8, "once more, and not for as often as it may");
}
