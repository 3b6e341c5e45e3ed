//! A source of somebody's own, which asks something else than Graph, ends as those of the catalogue do.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use m365_collect::{
    Completeness, Descriptor, Error, Outcome, PartialReason, RawItem, Run, Source, async_trait,
};
use m365_collect::{Kind, SourceId};
use serde_json::value::RawValue;

use crate::common::fake::Fake;

/// Stores what it has, then ends with the errors, one a reading.
#[derive(Debug)]
struct Backups {
    descriptor: Descriptor,
    kind: Kind,
    stores_some: bool,
    errors: Mutex<Vec<Error>>,
}

impl Backups {
    fn new(stores_some: bool, errors: Vec<Error>) -> Self {
        // A name that nobody knew when this was compiled.
        let name = SourceId::try_from(["back", "ups"].concat()).unwrap();
        let kind = Kind::new("backup");
        Self {
            descriptor: Descriptor::full(name, "backups".to_owned()).kind(kind.clone()),
            kind,
            stores_some,
            errors: Mutex::new(errors),
        }
    }
}

#[async_trait]
impl Source for Backups {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error> {
        if self.stores_some {
            let item: RawItem = RawValue::from_string(r#"{"id":"1"}"#.to_owned()).unwrap();
            run.items(&self.kind, vec![item]).await?;
        }
        match self.errors.lock().unwrap().pop() {
            Some(error) => Err(error),
            None => Ok(Completeness::Complete),
        }
    }
}

async fn outcome(stores_some: bool, errors: Vec<Error>) -> Outcome {
    let fake = Fake::new();
    let report = fake
        .engine(vec![Arc::new(Backups::new(stores_some, errors))])
        .run()
        .await
        .unwrap();
    report.sources[0].outcome.clone()
}

#[tokio::test]
async fn what_stopped_it_is_a_typed_outcome() {
    let denied = outcome(true, vec![Error::denied("Backup.Read")]).await;
    let as_said = Outcome::Denied {
        permission: "Backup.Read".into(),
        code: None,
    };
    assert_eq!(denied, as_said);
    let unlicensed = outcome(false, vec![Error::unlicensed("plan for backups")]).await;
    let as_said = Outcome::Unlicensed {
        plan: "plan for backups".into(),
    };
    assert_eq!(unlicensed, as_said);
    let failed = outcome(false, vec![Error::other("a broken tape")]).await;
    let as_said = Outcome::Failed {
        error: "a broken tape".into(),
    };
    assert_eq!(failed, as_said);
    let partial = outcome(true, vec![Error::other("a broken tape")]).await;
    let as_said = Outcome::Partial {
        reason: PartialReason::Interrupted {
            error: "a broken tape".into(),
        },
    };
    assert_eq!(partial, as_said);
}

#[tokio::test]
async fn throttled_it_tells_until_when() {
    let ended = outcome(true, vec![Error::throttled(None)]).await;
    assert_eq!(ended, Outcome::Throttled { until: None });
    let until: SystemTime = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let ended = outcome(false, vec![Error::throttled(until)]).await;
    let as_said = Outcome::Throttled { until: Some(until) };
    assert_eq!(ended, as_said);
}

#[test]
fn its_errors_answer_the_questions_that_those_of_graph_answer() {
    assert!(Error::denied("Backup.Read").is_permission_denied());
    assert!(Error::throttled(None).is_throttled());
    assert!(Error::unlicensed("plan").is_unlicensed());
    let error = Error::other(std::io::Error::other("a broken tape"));
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(error.to_string(), "a broken tape");
}
