use http::HeaderMap;

use super::super::limit::Limit;
use super::super::ticket::Permit;
use super::*;
use crate::pulse::GRACE;

fn tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn limiter(limits: Limits) -> Arc<RateLimiter> {
    Arc::new(RateLimiter::new(
        limits,
        LearnedLimits::default(),
        secs(100),
    ))
}

fn url(path: &str) -> Url {
    Url::parse(&format!("https://graph.microsoft.com/v1.0/{path}")).unwrap()
}

fn cost(limiter: &Arc<RateLimiter>, tenant: &TenantId, path: &str) -> Arc<RequestCost> {
    let url = url(path);
    Arc::new(limiter.cost(tenant, Workload::of(&url), &Method::GET, &url))
}

fn enqueue(
    limiter: &Arc<RateLimiter>,
    cost: &Arc<RequestCost>,
    priority: Priority,
    now: Duration,
) -> Ticket {
    limiter.enqueue(cost, priority, secs(3600), now).unwrap()
}

fn pass(
    limiter: &Arc<RateLimiter>,
    tenant: &TenantId,
    path: &str,
    now: Duration,
) -> Result<Permit, Blocked> {
    let cost = cost(limiter, tenant, path);
    enqueue(limiter, &cost, Priority::Scheduled, now).poll(now)
}

fn until(result: Result<Permit, Blocked>) -> Duration {
    match result {
        Err(Blocked::Until(at, _)) => at,
        other => panic!("expected a wait, got {other:?}"),
    }
}

/// The test's own words for what the send path does with an answer.
impl Permit {
    fn cost(&self) -> Arc<RequestCost> {
        Arc::clone(&lock(&self.limiter.state).admissions[&self.id].cost)
    }

    fn succeeded(&self, headers: &HeaderMap, now: Duration) {
        let cost = self.cost();
        self.limiter.taken(&cost, self.sent, headers, now);
        self.limiter.passed(&cost, self.sent);
    }

    fn throttled(&self, scope: ThrottleScope, quota: bool, now: Duration, until: Duration) {
        let sent = self.sent.at;
        self.limiter
            .refused(&self.cost(), (scope, quota), sent, now, until);
    }
}

fn refuse(permit: &Permit, scope: ThrottleScope, now: u64, until: u64) {
    permit.throttled(scope, true, secs(now), secs(until));
}

const USERS: &str = "users?$select=id";

#[test]
fn a_429_pauses_siblings_but_neither_other_tenants_nor_other_workloads() {
    let limiter = limiter(Limits::none());
    let (a, b) = (tenant("a.example"), tenant("b.example"));
    refuse(
        &pass(&limiter, &a, USERS, secs(0)).unwrap(),
        ThrottleScope::Tenant,
        0,
        10,
    );
    assert_eq!(until(pass(&limiter, &a, USERS, secs(3))), secs(10));
    assert!(pass(&limiter, &b, USERS, secs(3)).is_ok());
    assert!(pass(&limiter, &a, "deviceManagement/managedDevices", secs(3)).is_ok());
    assert!(pass(&limiter, &a, USERS, secs(10)).is_ok());
}

#[test]
fn a_429_of_the_application_pauses_every_tenant() {
    let limiter = limiter(Limits::none());
    let permit = pass(&limiter, &tenant("a.example"), USERS, secs(0)).unwrap();
    refuse(&permit, ThrottleScope::App, 0, 10);
    assert_eq!(
        until(pass(&limiter, &tenant("b.example"), USERS, secs(3))),
        secs(10)
    );
}

#[test]
fn a_refused_mailbox_does_not_pause_the_others() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    let permit = pass(&limiter, &a, "users/1/messages", secs(0)).unwrap();
    refuse(&permit, ThrottleScope::Tenant, 0, 10);
    assert_eq!(
        until(pass(&limiter, &a, "users/1/messages", secs(3))),
        secs(10)
    );
    assert!(pass(&limiter, &a, "users/2/messages", secs(3)).is_ok());
}

#[test]
fn a_shorter_retry_after_does_not_end_a_pause_earlier() {
    let limiter = limiter(Limits::none());
    let a = tenant("a.example");
    let (first, second) = (
        pass(&limiter, &a, USERS, secs(0)).unwrap(),
        pass(&limiter, &a, USERS, secs(0)).unwrap(),
    );
    refuse(&first, ThrottleScope::Tenant, 0, 60);
    refuse(&second, ThrottleScope::Tenant, 0, 5);
    assert_eq!(until(pass(&limiter, &a, USERS, secs(1))), secs(60));
}

#[test]
fn resumes_after_a_429_one_by_one_and_then_wider() {
    let limiter = limiter(Limits::none());
    let a = tenant("a.example");
    refuse(
        &pass(&limiter, &a, USERS, secs(0)).unwrap(),
        ThrottleScope::Tenant,
        0,
        10,
    );
    let probe = pass(&limiter, &a, USERS, secs(10)).unwrap();
    assert!(matches!(
        pass(&limiter, &a, USERS, secs(10)),
        Err(Blocked::Turn(..))
    ));
    probe.succeeded(&HeaderMap::new(), secs(11));
    drop(probe);
    let two: Vec<_> = (0..2)
        .map(|_| pass(&limiter, &a, USERS, secs(11)).unwrap())
        .collect();
    assert!(matches!(
        pass(&limiter, &a, USERS, secs(11)),
        Err(Blocked::Turn(..))
    ));
    drop(two);
}

#[test]
fn a_dropped_probe_gives_its_place_away() {
    let limiter = limiter(Limits::none());
    let a = tenant("a.example");
    refuse(
        &pass(&limiter, &a, USERS, secs(0)).unwrap(),
        ThrottleScope::Tenant,
        0,
        1,
    );
    drop(pass(&limiter, &a, USERS, secs(2)).unwrap());
    assert!(pass(&limiter, &a, USERS, secs(2)).is_ok());
}

#[test]
fn limits_are_burst_windows_of_each_tenant() {
    let three = Limit::new(Workload::Identity, LimitScope::Tenant, 3, secs(10));
    let limiter = limiter(Limits::none().with(three));
    let a = tenant("a.example");
    for at in [0, 1, 2] {
        pass(&limiter, &a, USERS, secs(at)).unwrap();
    }
    assert_eq!(
        until(pass(&limiter, &a, USERS, secs(3))),
        Duration::from_millis(10_500)
    );
    assert!(pass(&limiter, &tenant("b.example"), USERS, secs(3)).is_ok());
    assert!(pass(&limiter, &a, USERS, Duration::from_millis(10_500)).is_ok());
}

#[test]
fn resource_units_are_what_the_directory_counts() {
    let ten = Limit::new(Workload::Identity, LimitScope::Tenant, 10, secs(10));
    let limiter = limiter(Limits::none().with(ten.unit(LimitUnit::ResourceUnits)));
    let a = tenant("a.example");
    for _ in 0..2 {
        pass(&limiter, &a, "groups/1/transitiveMembers", secs(0)).unwrap();
    }
    assert!(until(pass(&limiter, &a, USERS, secs(0))) > secs(10));
}

#[test]
fn the_service_corrects_what_a_request_costs() {
    let ten = Limit::new(Workload::Identity, LimitScope::Tenant, 10, secs(10));
    let limiter = limiter(Limits::none().with(ten.unit(LimitUnit::ResourceUnits)));
    let a = tenant("a.example");
    let mut headers = HeaderMap::new();
    headers.insert("x-ms-resource-unit", 9.into());
    pass(&limiter, &a, USERS, secs(0))
        .unwrap()
        .succeeded(&headers, secs(0));
    assert!(pass(&limiter, &a, USERS, secs(0)).is_ok());
    assert!(until(pass(&limiter, &a, USERS, secs(0))) > secs(10));
}

#[test]
fn a_throttle_limit_percentage_slows_down_before_a_429() {
    let hundred = Limit::new(Workload::Identity, LimitScope::Tenant, 100, secs(10));
    let limiter = limiter(Limits::none().with(hundred));
    let a = tenant("a.example");
    let mut headers = HeaderMap::new();
    headers.insert("x-ms-throttle-limit-percentage", "1.2".parse().unwrap());
    pass(&limiter, &a, USERS, secs(0))
        .unwrap()
        .succeeded(&headers, secs(0));
    let through = (0..100)
        .filter(|_| pass(&limiter, &a, USERS, secs(0)).is_ok())
        .count();
    assert_eq!(through, 78);
}

#[test]
fn a_limit_of_the_application_is_shared_by_its_tenants() {
    let limiter = limiter(Limits::documented());
    let path = "users?$select=id,signInActivity";
    let mut now = Duration::ZERO;
    for n in 0..10 {
        let tenant = tenant(&format!("t{n}.example"));
        if let Err(blocked) = pass(&limiter, &tenant, path, now) {
            now = until(Err(blocked));
            pass(&limiter, &tenant, path, now).unwrap();
        }
    }
    // Half at once, the others evenly, and no eleventh in the minute.
    assert!(now > secs(25) && now < secs(40), "{now:?}");
    assert_eq!(
        until(pass(&limiter, &tenant("last.example"), path, now)),
        Duration::from_millis(61_500)
    );
}

#[test]
fn four_concurrent_requests_go_to_a_mailbox() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    let four: Vec<_> = (0..4)
        .map(|_| pass(&limiter, &a, "users/1/messages", secs(0)).unwrap())
        .collect();
    assert!(matches!(
        pass(&limiter, &a, "users/1/messages", secs(0)),
        Err(Blocked::Turn(..))
    ));
    assert!(pass(&limiter, &a, "users/2/messages", secs(0)).is_ok());
    drop(four);
    assert!(pass(&limiter, &a, "users/1/messages", secs(0)).is_ok());
}

#[test]
fn who_would_stand_in_line_too_long_does_not_begin_to() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    let path = cost(&limiter, &a, "auditLogs/signIns");
    let mut line = Vec::new();
    let refused = loop {
        match limiter.enqueue(&path, Priority::Scheduled, secs(100), secs(0)) {
            Ok(ticket) => line.push(ticket),
            Err(wait) => break wait,
        }
    };
    assert_eq!(line.len(), 50);
    assert_eq!(refused, secs(105));
    line.pop();
    assert!(
        limiter
            .enqueue(&path, Priority::Scheduled, secs(100), secs(0))
            .is_ok()
    );
}

#[test]
fn tenants_take_turns_and_the_urgent_go_first() {
    let limit = Limit::new(Workload::Identity, LimitScope::App, 1, secs(1));
    let limiter = limiter(Limits::none().with(limit));
    let (noisy, quiet) = (tenant("noisy.example"), tenant("quiet.example"));
    let mut line = Vec::new();
    for _ in 0..20 {
        let d = cost(&limiter, &noisy, USERS);
        line.push(("noisy", enqueue(&limiter, &d, Priority::Scheduled, secs(0))));
    }
    for _ in 0..2 {
        let d = cost(&limiter, &quiet, USERS);
        line.push(("quiet", enqueue(&limiter, &d, Priority::Scheduled, secs(0))));
    }
    let d = cost(&limiter, &noisy, USERS);
    line.push((
        "urgent",
        enqueue(&limiter, &d, Priority::Interactive, secs(0)),
    ));
    let mut order = Vec::new();
    let mut now = Duration::ZERO;
    while order.len() < 6 {
        if let Some(at) = line.iter().position(|(_, ticket)| ticket.poll(now).is_ok()) {
            order.push(line.remove(at).0);
        } else {
            now += Duration::from_millis(50);
        }
    }
    let place = |who| order.iter().position(|o| *o == who);
    assert!(place("urgent") <= Some(2), "{order:?}");
    assert!(
        order.iter().filter(|o| **o == "quiet").count() == 2,
        "{order:?}"
    );
}

#[test]
fn one_who_gives_up_leaves_his_turn_to_the_next() {
    let limit = Limit::new(Workload::Identity, LimitScope::Tenant, 1, secs(1));
    let limiter = limiter(Limits::none().with(limit));
    let a = tenant("a.example");
    let d = cost(&limiter, &a, USERS);
    let first = enqueue(&limiter, &d, Priority::Scheduled, secs(0));
    let second = enqueue(&limiter, &d, Priority::Scheduled, secs(0));
    let third = enqueue(&limiter, &d, Priority::Scheduled, secs(0));
    assert!(first.poll(secs(0)).is_ok());
    drop(first);
    assert!(second.poll(secs(2)).is_ok());
    let next = Duration::from_millis(3_050);
    assert_eq!(until(third.poll(secs(2))), next);
    // The third is let through by another's asking, and gives up before it looks.
    let fourth = enqueue(&limiter, &d, Priority::Scheduled, next);
    assert!(until(fourth.poll(next)) > next);
    drop(third);
    assert!(fourth.poll(next).is_ok(), "the third has sent nothing");
}

#[test]
fn what_was_given_before_a_pause_is_not_sent_during_it() {
    let two = Limit::new(Workload::Identity, LimitScope::Tenant, 2, secs(10));
    let limiter = limiter(Limits::none().with(two));
    let a = tenant("a.example");
    let d = cost(&limiter, &a, USERS);
    let line: Vec<_> = (0..3)
        .map(|_| enqueue(&limiter, &d, Priority::Scheduled, secs(0)))
        .collect();
    let first = line[0].poll(secs(0)).unwrap();
    assert!(lock(&limiter.state).admissions[&line[1].id].is_granted());
    // Of no quota, so that nothing but the pause decides.
    first.throttled(ThrottleScope::Tenant, false, secs(0), secs(5));
    drop(first);
    assert_eq!(until(line[1].poll(secs(0))), secs(5));
    let second = line[1].poll(secs(5)).unwrap();
    drop(second);
    // It was counted when it was sent, and once.
    assert_eq!(until(line[2].poll(secs(5))), Duration::from_millis(10_500));
    assert!(line[2].poll(Duration::from_millis(10_500)).is_ok());
}

#[test]
fn what_is_not_taken_up_goes_to_the_next_who_looks() {
    let limit = Limit::new(Workload::Identity, LimitScope::Tenant, 1, secs(1));
    let limiter = limiter(Limits::none().with(limit));
    let a = tenant("a.example");
    let d = cost(&limiter, &a, USERS);
    let line: Vec<_> = (0..3)
        .map(|_| enqueue(&limiter, &d, Priority::Scheduled, secs(0)))
        .collect();
    assert!(line[0].poll(secs(0)).is_ok());
    let next = until(line[1].poll(secs(0)));
    assert!(
        until(line[2].poll(next)) > next,
        "it is the turn of the second"
    );
    let later = next + GRACE;
    assert!(line[2].poll(later).is_ok(), "who did not come");
    // It is back, and the next.
    let fourth = enqueue(&limiter, &d, Priority::Scheduled, later);
    let again = until(line[1].poll(later));
    assert!(matches!(fourth.poll(later), Err(Blocked::Turn(..))));
    assert!(line[1].poll(again).is_ok());
}

#[test]
fn what_was_sent_before_the_429_does_not_end_the_pause() {
    let limiter = limiter(Limits::none());
    let a = tenant("a.example");
    let mut sent: Vec<_> = (0..7)
        .map(|_| pass(&limiter, &a, USERS, secs(0)).unwrap())
        .collect();
    let waiting = enqueue(
        &limiter,
        &cost(&limiter, &a, USERS),
        Priority::Scheduled,
        secs(0),
    );
    // Nothing tells the moments apart but their order.
    refuse(&sent.pop().unwrap(), ThrottleScope::Tenant, 0, 10);
    for early in sent {
        early.succeeded(&HeaderMap::new(), secs(0));
    }
    assert_eq!(until(waiting.poll(secs(0))), secs(10));
    assert_eq!(
        waiting.quota_wait(secs(10)),
        secs(0),
        "it waits for the service"
    );
    drop(waiting);
    let line: Vec<_> = (0..40)
        .map(|_| {
            enqueue(
                &limiter,
                &cost(&limiter, &a, USERS),
                Priority::Scheduled,
                secs(10),
            )
        })
        .collect();
    let through: Vec<_> = line
        .iter()
        .filter_map(|ticket| ticket.poll(secs(10)).ok())
        .collect();
    assert_eq!(through.len(), 1, "one request first");
}

#[test]
fn waiting_for_a_rate_limit_is_told_from_waiting_after_a_429() {
    let limit = Limit::new(Workload::Identity, LimitScope::Tenant, 1, secs(10));
    let limiter = limiter(Limits::none().with(limit));
    let a = tenant("a.example");
    let permit = pass(&limiter, &a, USERS, secs(0)).unwrap();
    let waiting = enqueue(
        &limiter,
        &cost(&limiter, &a, USERS),
        Priority::Scheduled,
        secs(0),
    );
    assert_eq!(until(waiting.poll(secs(0))), Duration::from_millis(10_500));
    assert_eq!(waiting.quota_wait(secs(5)), secs(5));
    refuse(&permit, ThrottleScope::Tenant, 5, 30);
    assert_eq!(until(waiting.poll(secs(5))), secs(30));
    assert_eq!(waiting.quota_wait(secs(25)), secs(5));
}

#[test]
fn waiting_for_room_while_a_pause_ends_is_waiting_for_limits() {
    let limit = Limit::new(Workload::Identity, LimitScope::Tenant, 2, secs(600));
    let limiter = limiter(Limits::none().with(limit));
    let a = tenant("a.example");
    let refused = pass(&limiter, &a, USERS, secs(0)).unwrap();
    refuse(&refused, ThrottleScope::Tenant, 0, 10);
    drop(refused);
    let line: Vec<_> = (0..3)
        .map(|_| {
            let cost = cost(&limiter, &a, USERS);
            enqueue(&limiter, &cost, Priority::Scheduled, secs(0))
        })
        .collect();
    for ticket in &line {
        assert_eq!(until(ticket.poll(secs(0))), secs(10));
    }
    for ticket in &line {
        assert!(
            ticket.poll(secs(10)).is_err(),
            "its quota is believed to be one"
        );
        assert_eq!(ticket.quota_wait(secs(400)), secs(390));
    }
}

/// Limits of tenant A that a first client has learned.
fn learned_of_a() -> (Limits, LearnedLimits) {
    let five = Limit::new(Workload::IdentityReports, LimitScope::Tenant, 5, secs(10));
    let limits = Limits::none().with(five);
    let first = limiter(limits.clone());
    let a = tenant("a.example");
    let sent: Vec<_> = (0..5)
        .map(|_| pass(&first, &a, "auditLogs/signIns", secs(0)).unwrap())
        .collect();
    for permit in sent.iter().skip(3) {
        refuse(permit, ThrottleScope::Tenant, 1, 10);
    }
    (limits, first.learned())
}

#[test]
fn what_was_learned_of_one_tenant_is_not_kept_with_another() {
    let (_, learned) = learned_of_a();
    assert_eq!(learned.clone().of_tenant(&tenant("a.example")), learned);
    assert!(learned.of_tenant(&tenant("b.example")).is_empty());
}

#[test]
fn a_running_client_takes_over_what_it_does_not_know_itself() {
    let (limits, learned) = learned_of_a();
    let second = limiter(limits.clone());
    for _ in 0..2 {
        second.restore(learned.clone());
        assert_eq!(second.learned(), learned, "once, however often it is told");
    }
    // One that has been used knows better.
    let third = limiter(limits);
    pass(&third, &tenant("a.example"), "auditLogs/signIns", secs(0)).unwrap();
    third.restore(learned);
    assert!(third.learned().is_empty());
}

#[test]
fn what_was_learned_is_restored() {
    let limits = || {
        let five = Limit::new(Workload::IdentityReports, LimitScope::Tenant, 5, secs(10));
        Limits::none().with(five)
    };
    let first = limiter(limits());
    let a = tenant("a.example");
    let path = "auditLogs/signIns";
    let sent: Vec<_> = (0..5)
        .map(|_| pass(&first, &a, path, secs(0)).unwrap())
        .collect();
    for permit in sent.iter().skip(3) {
        refuse(permit, ThrottleScope::Tenant, 1, 10);
    }
    let learned = first.learned();
    assert_eq!(learned.len(), 1);
    let learned: LearnedLimits =
        serde_json::from_str(&serde_json::to_string(&learned).unwrap()).unwrap();
    let second = Arc::new(RateLimiter::new(limits(), learned.clone(), secs(100)));
    let through = |limiter: &Arc<RateLimiter>, tenant: &TenantId| {
        (0..5)
            .filter(|_| pass(limiter, tenant, path, secs(0)).is_ok())
            .count()
    };
    assert_eq!(through(&second, &tenant("b.example")), 5);
    // Not yet needed, not yet lost.
    assert_eq!(second.learned(), learned);
    assert_eq!(through(&second, &a), 3);
}

#[test]
fn what_was_learned_of_reads_and_of_writes_is_restored_apart() {
    use super::super::LimitMethods::{Reads, Writes};
    let limits = || {
        let of = |methods| {
            Limit::new(Workload::Identity, LimitScope::Tenant, 10, secs(10)).methods(methods)
        };
        Limits::none().with(of(Reads)).with(of(Writes))
    };
    let a = tenant("a.example");
    let first = limiter(limits());
    for method in [Method::GET, Method::PATCH] {
        let cost = Arc::new(first.cost(&a, Workload::Identity, &method, &url(USERS)));
        let ticket = enqueue(&first, &cost, Priority::Scheduled, secs(0));
        refuse(&ticket.poll(secs(0)).unwrap(), ThrottleScope::Tenant, 0, 0);
    }
    let learned = first.learned();
    assert_eq!(learned.len(), 2);
    let second = limiter(limits());
    for _ in 0..2 {
        second.restore(learned.clone());
        assert_eq!(second.learned(), learned);
    }
}

#[test]
fn a_limit_on_what_is_under_way_at_a_time_recovers_after_a_refusal() {
    let four = Limit::new(Workload::Identity, LimitScope::Tenant, 4, secs(0));
    let limiter = limiter(Limits::none().with(four.unit(LimitUnit::Concurrent)));
    let a = tenant("a.example");
    let at_a_time =
        |now| -> Vec<_> { std::iter::from_fn(|| pass(&limiter, &a, USERS, now).ok()).collect() };
    let all = at_a_time(secs(0));
    assert_eq!(all.len(), 4);
    refuse(&all[0], ThrottleScope::Tenant, 0, 1);
    drop(all);
    let mut most = Vec::new();
    for minute in 0..60 {
        let now = secs(1 + minute * 60);
        let under_way = at_a_time(now);
        for permit in &under_way {
            permit.succeeded(&HeaderMap::new(), now);
        }
        most.push(under_way.len());
    }
    assert!(most[..4].iter().all(|most| *most <= 2), "{most:?}");
    assert_eq!(most.last(), Some(&4), "{most:?}");
}

#[test]
fn a_503_pauses_but_teaches_nothing_of_limits() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    let permit = pass(&limiter, &a, USERS, secs(0)).unwrap();
    permit.throttled(ThrottleScope::Tenant, false, secs(0), secs(5));
    assert!(limiter.learned().is_empty());
    assert_eq!(until(pass(&limiter, &a, USERS, secs(1))), secs(5));
}

#[test]
fn a_429_without_retry_after_has_a_preset() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    let preset = |path| limiter.preset(&cost(&limiter, &a, path));
    assert_eq!(preset("identity/conditionalAccess/policies"), secs(1));
    assert_eq!(preset(USERS), Duration::ZERO);
}

#[test]
fn idle_mailboxes_are_forgotten() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    for n in 0..20_000u64 {
        pass(&limiter, &a, &format!("users/{n}/messages"), secs(n)).unwrap();
    }
    let state = lock(&limiter.state);
    assert!(state.buckets.len() <= 2 * MANY, "{}", state.buckets.len());
    assert!(
        state.pause_scopes.len() <= 2 * MANY,
        "{}",
        state.pause_scopes.len()
    );
}

#[test]
fn sharepoint_ratelimit_remaining_is_kept_to_before_it_refuses() {
    let limiter = limiter(Limits::documented());
    let (a, b) = (tenant("a.example"), tenant("b.example"));
    let path = "sites/1/drives";
    let mut headers = HeaderMap::new();
    headers.insert("ratelimit-limit", 1200.into());
    headers.insert("ratelimit-remaining", 5.into());
    headers.insert("ratelimit-reset", 30.into());
    pass(&limiter, &a, path, secs(0))
        .unwrap()
        .succeeded(&headers, secs(1));
    for _ in 0..2 {
        drop(pass(&limiter, &a, path, secs(2)).unwrap());
    }
    assert_eq!(until(pass(&limiter, &a, path, secs(3))), secs(31));
    assert!(pass(&limiter, &b, path, secs(3)).is_ok());
    assert!(pass(&limiter, &a, USERS, secs(3)).is_ok());
    assert!(pass(&limiter, &a, path, secs(31)).is_ok());
}

#[test]
fn what_a_late_answer_says_is_left_does_not_outdate_a_later_one() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    let path = "sites/1/drives";
    let left = |left: u64, reset: u64| {
        let mut headers = HeaderMap::new();
        headers.insert("ratelimit-remaining", left.into());
        headers.insert("ratelimit-reset", reset.into());
        headers
    };
    let early = pass(&limiter, &a, path, secs(0)).unwrap();
    let later = pass(&limiter, &a, path, secs(0)).unwrap();
    later.succeeded(&left(0, 30), secs(1));
    early.succeeded(&left(900, 5), secs(2));
    drop((early, later));
    assert_eq!(until(pass(&limiter, &a, path, secs(3))), secs(31));
}

#[test]
fn a_ratelimit_reset_far_away_is_not_waited_for_without_end() {
    let limiter = limiter(Limits::documented());
    let a = tenant("a.example");
    let path = "sites/1/drives";
    let mut headers = HeaderMap::new();
    headers.insert("ratelimit-remaining", 0.into());
    headers.insert("ratelimit-reset", u64::MAX.into());
    pass(&limiter, &a, path, secs(0))
        .unwrap()
        .succeeded(&headers, secs(0));
    let cost = cost(&limiter, &a, path);
    let refused = limiter.enqueue(&cost, Priority::Scheduled, secs(60), secs(0));
    assert_eq!(refused.unwrap_err(), secs(600));
    assert!(pass(&limiter, &a, path, secs(600)).is_ok());
}
