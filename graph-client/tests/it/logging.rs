//! What is logged holds nothing secret or personal.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::support::{SECRET, User, alone, fixture, page};
use futures::StreamExt as _;
use graph_client::test_util::Answer;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().map_or(Ok(0), |mut log| log.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn logs_tell_of_attempts_without_secrets_ids_queries_or_content() {
    alone::start("logging::logged_alone");
}

/// Not a test by itself: what is logged where nobody else says whether to log.
#[test]
fn logged_alone() {
    if !alone::is() {
        return;
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(async {
            let f = fixture();
            let next = "https://graph.microsoft.com/v1.0/users?$skiptoken=T0PSECRET";
            f.graph.on(
                "/v1.0/users",
                [
                    Answer::status(429)
                        .header("retry-after", "1")
                        .body("b0dy-c0ntent"),
                    page(&["0bj3ct-1d"], Some(next)),
                    Answer::error(404, "Request_ResourceNotFound"),
                ],
            );
            f.graph.on(
                "/v1.0/users/adele@contoso.com",
                [Answer::error(404, "Request_ResourceNotFound")],
            );
            let filter = "mail eq 'pers0nal@contoso.com'";
            assert_eq!(
                f.client
                    .list::<User>("users")
                    .filter(filter)
                    .pages()
                    .count()
                    .await,
                2
            );
            f.client
                .get::<User>("users/adele@contoso.com")
                .send()
                .await
                .unwrap_err();
        });
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in [
        "graph.call",
        "route=users/{id}",
        "status=429",
        "waiting",
        "workload=\"identity\"",
    ] {
        assert!(log.contains(expected), "{expected} not in {log}");
    }
    for secret in [
        SECRET,
        "token-1",
        "Bearer",
        "T0PSECRET",
        "skiptoken",
        "pers0nal",
        "adele",
        "0bj3ct",
        "b0dy",
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
