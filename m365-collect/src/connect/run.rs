//! The test itself: the stages in their order, within one time limit.

use std::sync::Arc;
use std::time::Duration;

use graph_client::{Client, Clock, Observer, SystemClock, TokenInfo};

use super::app_credential::CredentialKind;
use super::calls;
use super::code::Code;
use super::connection::{Connection, TokenFound};
use super::context::{Go, Test, Witness};
use super::credential;
use super::diagnosis::{Diagnosis, Severity};
use super::license;
use super::permission;
use super::problem::Problem;
use super::readiness;
use super::report_names;
use super::settings::{Oddities, SecretShape};
use super::stage::{Stage, StageState};
use super::tenant;
use crate::source::Source;
use crate::sources;

/// A test of the connection to a tenant, with its options.
///
/// ```no_run
/// # async fn run(client: graph_client::Client, secret: &str) {
/// use std::time::Duration;
/// use m365_collect::connect::{ConnectionTest, SecretShape};
///
/// let connection = ConnectionTest::new(client)
///     .secret_shape(SecretShape::of(secret))
///     .time_limit(Duration::from_secs(20))
///     .run()
///     .await;
/// # }
/// ```
#[must_use = "nothing is tested until it is run"]
pub struct ConnectionTest {
    client: Client,
    sources: Vec<Arc<dyn Source>>,
    secret: Option<SecretShape>,
    clock: Arc<dyn Clock>,
    time_limit: Duration,
}

/// Long enough for a few refusals with their waits, short enough to wait for.
const TIME_LIMIT: Duration = Duration::from_secs(60);

impl ConnectionTest {
    /// Tests this client's connection for every source of the catalogue.
    ///
    /// What the client's observer would have been told is not: the test watches the calls itself.
    pub fn new(client: Client) -> Self {
        Self {
            clock: Arc::new(SystemClock::default()),
            client,
            sources: sources::catalogue(),
            secret: None,
            time_limit: TIME_LIMIT,
        }
    }

    /// For these sources alone.
    pub fn sources(mut self, sources: Vec<Arc<dyn Source>>) -> Self {
        self.sources = sources;
        self
    }

    /// What the client's secret looks like, so that its id in the place of its value is told from
    /// another wrong secret. Leave it out when the client signs in otherwise.
    pub fn secret_shape(mut self, shape: SecretShape) -> Self {
        self.secret = Some(shape);
        self
    }

    /// Where the time comes from. Default: [`SystemClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long the whole test may take. Default: one minute. Stages that it does not come to say so.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Runs the test. It never fails: what is wrong is in the answer.
    ///
    /// # Cancel safety
    /// Dropping the future sends nothing more. Nothing is kept, and nothing in the tenant is changed.
    pub async fn run(&self) -> Connection {
        let witness = Arc::new(Witness::default());
        let started = self.clock.monotonic();
        let mut test = Test {
            client: self
                .client
                .with_observer(Arc::clone(&witness) as Arc<dyn Observer>),
            sources: self.sources.iter().map(AsRef::as_ref).collect(),
            odd: Oddities::of(&self.client, self.secret),
            used: self.secret.map(|_| CredentialKind::Secret),
            clock: &*self.clock,
            until: started.saturating_add(self.time_limit),
            limit: self.time_limit,
            witness,
            is_accepted: false,
            roles: None,
            found: Connection::new(),
        };
        test.stages().await;
        let mut connection = test.found;
        connection.elapsed = self.clock.monotonic().saturating_sub(started);
        connection.conclude();
        connection
    }
}

impl std::fmt::Debug for ConnectionTest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectionTest")
            .field("client", &self.client)
            .field("secret", &self.secret)
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}

impl Test<'_> {
    async fn stages(&mut self) {
        self.settings();
        let Some(token) = self.authenticate().await else {
            return;
        };
        self.roles.clone_from(&token.roles);
        self.found.permissions_known = token.roles.is_some();
        self.found.sources = self
            .sources
            .iter()
            .map(|source| permission::access(*source, self.roles.as_deref()))
            .collect();
        if tenant::stage(self, token.tenant_id.as_deref())
            .await
            .is_break()
        {
            return;
        }
        if self.permissions().is_break() {
            readiness::settle(self, &calls::Calls::default(), &[]);
            return;
        }
        let calls = calls::stage(self).await;
        let unlicensed = license::stage(self, &calls).await;
        report_names::stage(self).await;
        credential::stage(self).await;
        readiness::settle(self, &calls, &unlicensed);
    }

    fn settings(&mut self) {
        let clauses = self.odd.clauses();
        self.found.stages.settings = if clauses.is_empty() {
            Stage::passed("tenant, application and credential look as they should", ())
        } else {
            Stage::new(StageState::Warned, clauses.join("; ")).finding(())
        };
    }

    async fn authenticate(&mut self) -> Option<TokenInfo> {
        let client = self.client.clone();
        let (result, elapsed) = self.within(client.authenticate()).await;
        match result {
            Ok(token) => {
                self.found.stages.authentication = Stage::passed(
                    format!(
                        "the sign-in service gave a token for {} minutes",
                        token.expires_in.as_secs() / 60
                    ),
                    TokenFound {
                        expires_in: token.expires_in,
                    },
                )
                .taking(elapsed);
                if self.found.stages.settings.state == StageState::Warned {
                    // It works, so what looked odd was not wrong.
                    self.found.stages.settings.state = StageState::Passed;
                }
                Some(token)
            }
            Err(missed) => {
                let diagnosis = self.diagnose(&missed);
                if self.odd.secret_id && diagnosis.problem != Problem::Authentication {
                    // The service did not come to say so, but it will.
                    self.add(secret_id_ahead());
                }
                self.found.stages.authentication =
                    Stage::new(StageState::Failed, diagnosis.cause.clone()).taking(elapsed);
                self.add(diagnosis);
                None
            }
        }
    }

    fn permissions(&mut self) -> Go {
        let Some(granted) = self.roles.clone() else {
            self.found.stages.permissions = Stage::not_known(
                "the token does not tell its permissions; only the calls below do",
            );
            return Go::Continue(());
        };
        let compared = permission::compare(&granted, &self.found.sources, &self.sources);
        if granted.is_empty() {
            let diagnosis = permission::no_consent(&self.found.sources);
            self.found.stages.permissions =
                Stage::new(StageState::Failed, diagnosis.cause.clone()).finding(compared);
            self.add(diagnosis);
            return Go::Break(());
        }
        let needed = self.found.sources.iter().flat_map(|source| &source.needs);
        let needed: std::collections::BTreeSet<&String> = needed.collect();
        let (state, note) = if !compared.lacking.is_empty() {
            let names = compared.lacking.iter().map(|l| l.permission.as_str());
            let names: Vec<&str> = names.collect();
            (StageState::Failed, format!("lacks {}", names.join(", ")))
        } else if !compared.lacking_optional.is_empty() {
            let names = compared.lacking_optional.iter();
            let names: Vec<&str> = names.map(|l| l.permission.as_str()).collect();
            (
                StageState::Warned,
                format!("a part is missing without {}", names.join(", ")),
            )
        } else {
            let unneeded = match compared.not_needed.len() {
                0 => String::new(),
                _ => format!("; not needed: {}", compared.not_needed.join(", ")),
            };
            (
                StageState::Passed,
                format!("all {} that the sources need{unneeded}", needed.len()),
            )
        };
        for lacking in &compared.lacking {
            self.add(permission::missing(lacking));
        }
        for lacking in &compared.lacking_optional {
            self.add(permission::missing_optional(lacking));
        }
        self.found.stages.permissions = Stage::new(state, note).finding(compared);
        Go::Continue(())
    }
}

/// Said before the sign-in service could say it.
fn secret_id_ahead() -> Diagnosis {
    let mut diagnosis = Diagnosis::new(
        Code::SecretIdAsValue,
        "the client secret looks like the id of a secret and not like its value",
        "give the value, shown once when the secret is made; if it was not kept, make a new secret \
         and copy its `Value`",
    );
    diagnosis.severity = Severity::Warning;
    diagnosis
}
