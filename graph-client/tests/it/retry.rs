//! When a call is tried again, and how long it waits.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::time::{Duration, SystemTime};

use crate::support::{User, builder_with, fixture, fixture_of, page};
use futures::FutureExt as _;
use graph_client::test_util::{Answer, ManualClock};
use graph_client::{RetryOptions, TenantId, TransportErrorKind};

const ME: [&str; 2] = ["users", "1"];
const PATH: &str = "/v1.0/users/1";

fn user() -> Answer {
    Answer::json(r#"{"id":"1"}"#)
}

async fn read(fixture: &crate::support::Fixture) -> graph_client::Result<User> {
    fixture.client.get::<User>(ME).send().await
}

#[tokio::test]
async fn retries_once_after_429_503_and_504() {
    for status in [429, 503, 504, 500, 502, 509] {
        let f = fixture();
        f.graph.on(PATH, [Answer::status(status), user()]);
        assert_eq!(read(&f).await.unwrap().id, "1", "{status}");
        assert_eq!(f.graph.requests().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_503_is_tried_again_over_a_new_connection_and_nothing_else_is() {
    let f = fixture();
    let answers = [503, 500, 503].map(Answer::status).into_iter();
    f.graph.on(PATH, answers.chain([user(), user()]));
    read(&f).await.unwrap();
    read(&f).await.unwrap();
    let fresh: Vec<bool> = f
        .graph
        .requests()
        .iter()
        .map(|r| r.fresh_connection)
        .collect();
    assert_eq!(fresh, [false, true, false, true, false]);
}

#[tokio::test]
async fn success_is_one_call() {
    let f = fixture();
    f.graph.on(PATH, [user()]);
    read(&f).await.unwrap();
    assert_eq!(f.graph.requests().len(), 1);
    assert!(f.clock.sleeps().is_empty());
}

#[tokio::test]
async fn endless_429_ends_with_status_attempts_and_elapsed() {
    let f = fixture_of(|b| b.retry(RetryOptions::default().max_attempts(4)));
    let answer = Answer::error(429, "TooManyRequests")
        .header("retry-after", "10")
        .header("request-id", "r-1");
    f.graph.on(PATH, vec![answer; 10]);
    let error = read(&f).await.unwrap_err();
    assert!(error.is_throttled());
    assert_eq!(
        (error.status(), error.code(), error.attempts()),
        (Some(429), Some("TooManyRequests"), 4)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(10)));
    assert!(error.elapsed() >= Duration::from_secs(30));
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(f.graph.requests().len(), 4);
}

#[tokio::test]
async fn one_attempt_means_no_retry() {
    let f = fixture_of(|b| b.retry(RetryOptions::default().max_attempts(1)));
    f.graph.on(PATH, [Answer::status(429), user()]);
    assert!(read(&f).await.unwrap_err().is_throttled());
    assert_eq!(f.graph.requests().len(), 1);
}

#[tokio::test]
async fn without_retry_after_waits_double_and_are_capped() {
    let f = fixture_of(|b| b.retry(RetryOptions::default().max_delay(Duration::from_secs(5))));
    f.graph.on(PATH, vec![Answer::status(429); 5]);
    f.graph.on(PATH, [user()]);
    read(&f).await.unwrap();
    // The jitter of the fixture is its least: half.
    let waits: Vec<u128> = f.clock.sleeps().iter().map(Duration::as_millis).collect();
    assert_eq!(waits, [500, 1000, 2000, 2500, 2500]);
}

#[tokio::test]
async fn waits_as_long_as_retry_after_asks_in_every_form() {
    let date = |ahead: i64| {
        let now = ManualClock::new();
        let now = graph_client::Clock::now(&now)
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let at = now.checked_add_signed(ahead).unwrap();
        httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(at))
    };
    for (header, least, most) in [
        ("10".to_owned(), 10_000, 11_000),
        ("2.128".to_owned(), 2128, 2500),
        (date(4), 3000, 4500),
        (date(-4), 0, 0),
        ("0".to_owned(), 0, 0),
        ("-1".to_owned(), 500, 500),
        ("NaN".to_owned(), 500, 500),
        ("soon".to_owned(), 500, 500),
    ] {
        for status in [429, 503] {
            let f = fixture();
            f.graph.on(
                PATH,
                [
                    Answer::status(status).header("retry-after", &header),
                    user(),
                ],
            );
            read(&f).await.unwrap();
            let waited = f.clock.elapsed().as_millis();
            assert!(
                waited >= least && waited <= most,
                "{status} {header}: {waited}"
            );
        }
    }
}

#[tokio::test]
async fn a_retry_after_beyond_the_budget_is_refused_now_and_not_shortened() {
    let f = fixture_of(|b| b.retry(RetryOptions::default().total_time(Duration::from_secs(60))));
    f.graph.on(
        PATH,
        [Answer::status(429).header("retry-after", "61"), user()],
    );
    let error = read(&f).await.unwrap_err();
    assert!(error.is_throttled());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
    assert_eq!(error.status(), Some(429));
    assert_eq!(f.clock.elapsed(), Duration::ZERO);
    // Siblings are told the same, and nothing is sent.
    let sibling = read(&f).await.unwrap_err();
    assert!(sibling.is_throttled() && sibling.retry_after() >= Some(Duration::from_secs(61)));
    assert_eq!(sibling.attempts(), 0);
    assert_eq!(f.graph.requests().len(), 1);
}

#[tokio::test]
async fn stops_when_the_next_wait_would_pass_the_deadline() {
    let f = fixture_of(|b| {
        b.retry(
            RetryOptions::default()
                .total_time(Duration::from_secs(25))
                .max_attempts(10),
        )
    });
    f.graph.on(
        PATH,
        vec![Answer::status(429).header("retry-after", "10"); 10],
    );
    let error = read(&f).await.unwrap_err();
    assert!(error.is_throttled());
    assert_eq!(error.attempts(), 3);
    assert!(f.clock.elapsed() <= Duration::from_secs(25));
}

#[tokio::test]
async fn dropping_a_waiting_call_sends_nothing_more() {
    let (builder, graph, clock) = builder_with(ManualClock::paused());
    let client = builder.build().unwrap();
    graph.on(
        PATH,
        [
            Answer::status(429).header("retry-after", "10"),
            user(),
            user(),
        ],
    );
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.get::<User>(ME).send().await }
    });
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    clock.advance(Duration::from_secs(60));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(graph.requests().len(), 1);
    // Nor does it leave anything behind that would hold up others.
    client.get::<User>(ME).send().await.unwrap();
}

#[tokio::test]
async fn broken_connections_and_timeouts_are_tried_again() {
    for kind in [
        TransportErrorKind::Connect,
        TransportErrorKind::Interrupted,
        TransportErrorKind::Timeout,
    ] {
        let f = fixture();
        f.graph.on(PATH, [Answer::failure(kind), user()]);
        read(&f).await.unwrap();
        assert_eq!(f.graph.requests().len(), 2, "{kind:?}");
    }
    let f = fixture_of(|b| b.retry(RetryOptions::default().max_attempts(2)));
    f.graph
        .on(PATH, vec![Answer::failure(TransportErrorKind::Timeout); 5]);
    let error = read(&f).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_connection());
    assert_eq!((error.attempts(), error.status()), (2, None));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_asked_for_again() {
    let f = fixture_of(|b| b.max_body(1000));
    f.graph.on(PATH, [Answer::json("x".repeat(1001)), user()]);
    let error = read(&f).await.unwrap_err();
    assert!(!error.is_connection() && !error.is_decode(), "{error}");
    assert!(error.to_string().contains("size limit"));
    assert_eq!(f.graph.requests().len(), 1);
}

#[tokio::test]
async fn what_is_no_whole_json_is_asked_for_again_and_json_of_another_shape_is_not() {
    for broken in [r#"{"id":"1"#, "", "<html>", r#"{"id":"1"}<html>"#] {
        let f = fixture();
        f.graph.on(PATH, [Answer::json(broken), user()]);
        read(&f).await.unwrap();
        assert_eq!(f.graph.requests().len(), 2, "{broken}");

        let f = fixture();
        let answer = Answer::json(broken).header("request-id", "r-9");
        f.graph.on(PATH, vec![answer; 8]);
        let error = read(&f).await.unwrap_err();
        assert!(error.is_decode() && error.is_unreadable(), "{broken}");
        assert_eq!(
            (error.status(), error.request_id(), error.attempts()),
            (Some(200), Some("r-9"), 8)
        );
    }
    let f = fixture();
    f.graph.on(
        PATH,
        [Answer::json("{}").header("request-id", "r-9"), user()],
    );
    let error = read(&f).await.unwrap_err();
    assert!(error.is_decode() && !error.is_unreadable());
    assert_eq!(
        (error.status(), error.request_id(), error.attempts()),
        (Some(200), Some("r-9"), 1)
    );
}

#[tokio::test]
async fn counts_and_changes_and_tokens_that_are_no_json_are_asked_for_again() {
    use futures::TryStreamExt as _;
    let f = fixture();
    let html = || Answer::json("<html>");
    f.graph
        .on("/v1.0/users/$count", [html(), Answer::json("7")]);
    assert_eq!(f.client.count("users").send().await.unwrap(), 7);
    let delta = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=1";
    f.graph.on(
        "/v1.0/users/delta",
        [html(), crate::support::last(&[], delta)],
    );
    let pages: Vec<_> = f
        .client
        .delta::<User>("users")
        .pages()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pages.len(), 1);
    let f = fixture();
    f.graph.on("/contoso.example/oauth2/v2.0/token", [html()]);
    f.client.authenticate().await.unwrap();
    assert_eq!(f.graph.token_requests().len(), 2);
}

#[tokio::test]
async fn a_byte_order_mark_before_an_error_hides_nothing() {
    let f = fixture();
    let body = "\u{feff}{\"error\":{\"code\":\"Request_ResourceNotFound\"}}";
    f.graph.on(PATH, [Answer::status(404).body(body)]);
    let error = read(&f).await.unwrap_err();
    assert_eq!(error.code(), Some("Request_ResourceNotFound"));
    let f = fixture();
    let body = "\u{feff}{\"error\":\"invalid_client\",\"error_codes\":[7000222]}";
    f.graph.on(
        "/contoso.example/oauth2/v2.0/token",
        [Answer::status(401).body(body)],
    );
    let error = f.client.authenticate().await.unwrap_err();
    assert_eq!(error.token_error().unwrap().aadsts, Some(7_000_222));
}

#[tokio::test]
async fn an_html_502_keeps_its_status_and_a_bounded_message_out_of_sight() {
    let f = fixture_of(|b| b.retry(RetryOptions::default().max_attempts(2)));
    let html = format!("<html>bad gateway {}</html>", "x".repeat(100_000));
    f.graph.on(PATH, vec![Answer::status(502).body(html); 2]);
    let error = read(&f).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(502), None));
    assert!(error.service_message().unwrap().len() <= 1024);
    assert!(!format!("{error} {error:?}").contains("bad gateway"));
}

#[tokio::test]
async fn a_400_403_404_423_or_507_is_final_and_keeps_status_and_code() {
    for (status, code) in [
        (400, "Request_BadRequest"),
        (403, "Authorization_RequestDenied"),
        (404, "Request_ResourceNotFound"),
        (423, "x"),
        (507, "x"),
    ] {
        let f = fixture();
        f.graph.on(PATH, [Answer::error(status, code), user()]);
        let error = read(&f).await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(status), Some(code)));
        assert_eq!(error.is_permission_denied(), status == 403);
        assert_eq!(error.is_not_found(), status == 404);
        assert_eq!(f.graph.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_403_for_a_missing_license_is_told_from_a_missing_permission() {
    for code in [
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "AadPremiumLicenseRequired",
    ] {
        let f = fixture();
        f.graph.on(PATH, [Answer::error(403, code)]);
        let error = read(&f).await.unwrap_err();
        assert!(
            error.is_unlicensed() && !error.is_permission_denied(),
            "{code}"
        );
    }
    let f = fixture();
    let body =
        r#"{"error":{"code":"BadRequest","message":"Request not applicable to target tenant."}}"#;
    f.graph.on(PATH, [Answer::status(400).body(body)]);
    assert!(read(&f).await.unwrap_err().is_unlicensed());
}

#[tokio::test]
async fn a_429_of_one_tenant_does_not_delay_another() {
    let f = fixture();
    let other = f
        .client
        .for_tenant(TenantId::new("fabrikam.example").unwrap());
    f.graph.on(
        PATH,
        [Answer::status(429).header("retry-after", "299"), user()],
    );
    let waiting = tokio::spawn({
        let client = f.client.clone();
        async move { client.get::<User>(ME).send().await }
    });
    f.graph.on("/v1.0/users/2", [Answer::json(r#"{"id":"2"}"#)]);
    other.get::<User>(["users", "2"]).send().await.unwrap();
    waiting.await.unwrap().unwrap();
    // Their tokens are apart as well.
    let tokens: Vec<String> = f
        .graph
        .token_requests()
        .iter()
        .map(|r| r.url.path().to_owned())
        .collect();
    assert_eq!(tokens.len(), 2);
    assert!(
        tokens
            .iter()
            .any(|path| path.starts_with("/fabrikam.example/"))
    );
}

#[tokio::test]
async fn one_429_pauses_siblings_of_the_same_workload_only() {
    let (builder, graph, clock) = builder_with(ManualClock::paused());
    let client = builder.build().unwrap();
    graph.on(
        PATH,
        [Answer::status(429).header("retry-after", "30"), user()],
    );
    graph.on("/v1.0/users/2", [user()]);
    graph.on("/v1.0/deviceManagement/managedDevices", [page(&[], None)]);
    let spawn = |id: &'static str| {
        let client = client.clone();
        tokio::spawn(async move { client.get::<User>(["users", id]).send().await })
    };
    let first = spawn("1");
    while clock.sleepers() < 1 {
        tokio::task::yield_now().await;
    }
    let sibling = spawn("2");
    while clock.sleepers() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(graph.requests().len(), 1, "no request during the pause");
    let other = client
        .list::<User>("deviceManagement/managedDevices")
        .items();
    // Reading another workload is not held up: it ends without the clock being moved.
    assert_eq!(futures::StreamExt::count(other).await, 0);
    clock.advance(Duration::from_millis(29_900));
    tokio::task::yield_now().await;
    clock.advance(Duration::from_secs(2));
    first.await.unwrap().unwrap();
    sibling.await.unwrap().unwrap();
}

#[tokio::test]
async fn after_a_429_one_is_let_through_before_the_rest() {
    let (builder, graph, clock) = builder_with(ManualClock::paused());
    let client = builder.build().unwrap();
    graph.on(
        PATH,
        vec![Answer::status(429).header("retry-after", "5"); 2],
    );
    graph.on(PATH, vec![user(); 30]);
    let spawn = || {
        let client = client.clone();
        tokio::spawn(async move { client.get::<User>(ME).send().await })
    };
    let settle = || async {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    };
    let mut calls = vec![spawn()];
    settle().await;
    calls.extend((1..30).map(|_| spawn()));
    settle().await;
    assert_eq!(graph.requests().len(), 1);
    // All thirty wake, one asks, and it is refused again: the others have not gone out.
    clock.advance(Duration::from_secs(6));
    settle().await;
    assert_eq!(graph.requests().len(), 2);
    clock.advance(Duration::from_secs(6));
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(graph.requests().len(), 32);
}

#[tokio::test]
async fn a_documented_limit_spaces_requests_before_the_service_has_to() {
    let f = fixture_of(|b| b.limits(graph_client::Limits::documented()));
    f.graph.on(
        "/v1.0/identity/conditionalAccess/policies",
        vec![page(&[], None); 3],
    );
    for _ in 0..3 {
        let pages = f
            .client
            .list::<User>("identity/conditionalAccess/policies")
            .pages();
        assert_eq!(futures::StreamExt::count(pages).await, 1);
    }
    assert!(f.clock.elapsed() >= Duration::from_secs(2));
    assert!(f.clock.elapsed() <= Duration::from_millis(2200));
}

#[test]
fn out_of_range_options_fail_at_build() {
    let (builder, ..) = crate::support::builder();
    assert!(
        builder
            .retry(RetryOptions::default().max_attempts(0))
            .build()
            .unwrap_err()
            .is_invalid_request()
    );
    let (builder, ..) = crate::support::builder();
    assert!(
        builder
            .max_body(0)
            .build()
            .unwrap_err()
            .is_invalid_request()
    );
}

#[tokio::test]
async fn a_429_again_with_retry_after_zero_still_slows_down() {
    let f = fixture();
    f.graph.on(
        PATH,
        vec![Answer::status(429).header("retry-after", "0"); 4],
    );
    f.graph.on(PATH, [user()]);
    read(&f).await.unwrap();
    let waits: Vec<u128> = f.clock.sleeps().iter().map(Duration::as_millis).collect();
    assert_eq!(waits, [1000, 2000, 4000]);
}

#[tokio::test]
async fn what_runs_beside_a_client_can_go_by_its_clock() {
    let f = fixture();
    let sibling = f.client.for_tenant(TenantId::new("b.example").unwrap());
    f.clock.advance(Duration::from_secs(7));
    assert_eq!(sibling.clock().monotonic(), f.client.clock().monotonic());
    assert_eq!(f.client.clock().monotonic(), Duration::from_secs(7));
}

#[tokio::test]
async fn a_transport_that_does_not_mind_its_time_ends_all_the_same() {
    let (builder, graph, clock) = builder_with(ManualClock::paused());
    let client = builder
        .retry(RetryOptions::default().max_attempts(2))
        .build()
        .unwrap();
    graph.on(
        PATH,
        [Answer::never(), user(), Answer::never(), Answer::never()],
    );
    for ends_well in [true, false] {
        let mut call = Box::pin(client.get::<User>(ME).send());
        let mut ended = None;
        // What an attempt may take, the wait after it, and what the second may take.
        for wait in [0, 99, 1, 1, 1, 99, 1, 1] {
            clock.advance(Duration::from_secs(wait));
            if ended.is_none() {
                ended = call.as_mut().now_or_never();
            }
        }
        let result = ended.unwrap();
        assert_eq!(result.is_ok(), ends_well);
        assert!(result.err().is_none_or(|error| error.is_timeout()));
    }
}
