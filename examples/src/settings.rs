//! Where the tenant is and how to sign in, from flags or environment.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use graph_client::{Client, Cloud, Credential, HttpTransport, RetryOptions, TenantId};

use crate::exit::Failure;
use crate::{file, secret};

/// No file with certificates to trust is as long as this many bytes; those of a whole system are a
/// quarter of a million.
const LONGEST_CERTIFICATES: u64 = 4 << 20;

/// The tenant and the application.
///
/// Help shows no value of the environment: somebody may have put a secret into the wrong variable.
/// For the same reason what begins with a hyphen is a value where a secret or key is expected, and no
/// unknown argument that would be quoted.
#[derive(Clone, Default, Args)]
#[command(next_help_heading = "Tenant")]
pub struct Settings {
    /// The tenant: its id or one of its domains.
    #[arg(long, env = "M365_TENANT_ID", hide_env_values = true, global = true)]
    pub tenant: Option<String>,
    /// The id of the application.
    #[arg(long, env = "M365_CLIENT_ID", hide_env_values = true, global = true)]
    pub client: Option<String>,
    /// The secret of the application: its value, not its id. Better in the environment than in a
    /// flag, which other users of the machine can see.
    #[arg(
        long,
        env = "M365_CLIENT_SECRET",
        hide_env_values = true,
        allow_hyphen_values = true,
        global = true
    )]
    pub secret: Option<String>,
    /// A file that holds the secret, instead of the secret itself; `-` for standard input.
    #[arg(
        long,
        alias = "client-secret-file",
        env = "M365_CLIENT_SECRET_FILE",
        hide_env_values = true,
        allow_hyphen_values = true,
        value_name = "FILE",
        global = true
    )]
    pub secret_file: Option<PathBuf>,
    /// A PEM file with certificate and private key of the application, instead of a secret.
    #[arg(
        long,
        env = "M365_CLIENT_CERTIFICATE",
        hide_env_values = true,
        allow_hyphen_values = true,
        global = true
    )]
    pub certificate: Option<String>,
    /// The cloud that the tenant lives in.
    #[arg(
        long,
        env = "M365_CLOUD",
        hide_env_values = true,
        value_enum,
        default_value_t,
        global = true
    )]
    pub cloud: CloudName,
    /// The origin of Graph, instead of the cloud's own.
    #[arg(long, env = "M365_GRAPH_URL", hide_env_values = true, global = true)]
    pub graph_url: Option<String>,
    /// The origin of the sign-in service, instead of the cloud's own.
    #[arg(long, env = "M365_LOGIN_URL", hide_env_values = true, global = true)]
    pub login_url: Option<String>,
    /// The proxy that everything goes through, loopback addresses too: `http://host:port`. One with a
    /// password is better in the environment. `HTTPS_PROXY` and its like are not read.
    #[arg(
        long,
        env = "M365_PROXY",
        hide_env_values = true,
        value_name = "URL",
        global = true
    )]
    pub proxy: Option<String>,
    /// Hosts that are reached without the proxy, with commas between them.
    #[arg(
        long,
        env = "M365_NO_PROXY",
        hide_env_values = true,
        value_name = "HOSTS",
        global = true
    )]
    pub no_proxy: Option<String>,
    /// A PEM file with certificates to trust beside those of this machine, as of a proxy that opens
    /// the encryption.
    #[arg(
        long,
        env = "M365_CA_FILE",
        hide_env_values = true,
        value_name = "FILE",
        global = true
    )]
    pub ca_file: Option<PathBuf>,
    /// The longest that one call may take, waits included.
    #[arg(
        long,
        env = "M365_BUDGET_SECONDS",
        hide_env_values = true,
        value_name = "SECONDS",
        global = true
    )]
    pub budget: Option<u64>,
}

/// A cloud by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CloudName {
    /// The worldwide cloud, GCC included.
    #[default]
    Global,
    /// US Government L4 (GCC High).
    GccHigh,
    /// US Government L5 (Department of Defense).
    Dod,
    /// China, operated by 21Vianet.
    China,
}

impl From<CloudName> for Cloud {
    fn from(name: CloudName) -> Self {
        match name {
            CloudName::Global => Self::Global,
            CloudName::GccHigh => Self::GccHigh,
            CloudName::Dod => Self::Dod,
            CloudName::China => Self::China,
        }
    }
}

/// Without the secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("tenant", &self.tenant)
            .field("client", &self.client)
            .field("cloud", &self.cloud)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// Whether nothing was said about a tenant, so that a simulated one may stand in.
    pub fn is_empty(&self) -> bool {
        [&self.tenant, &self.client, &self.secret, &self.certificate]
            .iter()
            .all(|setting| setting.as_deref().is_none_or(str::is_empty))
            && self.secret_file.is_none()
    }

    /// The settings with the secret that is in a file, which is read once; it goes before one that is
    /// given itself. With a certificate none is needed, and none is read.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no secret.
    pub fn with_secret(mut self) -> Result<Self, Failure> {
        let is_empty = |path: &PathBuf| path.as_os_str().is_empty();
        let file = self.secret_file.take().filter(|path| !is_empty(path));
        let certificate = self.certificate.as_deref().unwrap_or_default();
        if let Some(path) = file.filter(|_| certificate.is_empty()) {
            self.secret = Some(secret::read(&path)?);
        }
        Ok(self)
    }

    /// The secret, where the client signs in with it.
    pub fn secret_in_use(&self) -> Option<&str> {
        let given = |setting: &Option<String>| setting.as_deref().is_some_and(|s| !s.is_empty());
        self.secret.as_deref().filter(|_| !given(&self.certificate))
    }

    /// A client for the tenant.
    ///
    /// # Errors
    /// When a setting is missing or cannot be right.
    pub fn client(&self) -> Result<Client, Failure> {
        self.client_with(RetryOptions::default())
    }

    /// A client for the tenant that gives up soon, for who waits for the answer.
    ///
    /// # Errors
    /// When a setting is missing or cannot be right.
    pub fn impatient_client(&self) -> Result<Client, Failure> {
        self.client_with(
            RetryOptions::default()
                .max_attempts(3)
                .total_time(Duration::from_secs(20)),
        )
    }

    /// The way to the service where it is not the direct one.
    fn transport(&self) -> Result<Option<Arc<HttpTransport>>, Failure> {
        let given = |setting: &Option<String>| setting.clone().filter(|text| !text.is_empty());
        let file = self.ca_file.as_deref();
        let file = file.filter(|path| !path.as_os_str().is_empty());
        let mut transport = HttpTransport::builder();
        if let Some(hosts) = given(&self.no_proxy) {
            transport = transport.no_proxy(hosts);
        }
        let proxy = given(&self.proxy);
        if proxy.is_none() && file.is_none() {
            return Ok(None);
        }
        if let Some(proxy) = proxy {
            transport = transport.proxy(proxy);
        }
        if let Some(path) = file {
            let pem = file::read(path, LONGEST_CERTIFICATES).map_err(|error| {
                Failure::usage(format!("{} cannot be read: {error}", path.display()))
            })?;
            transport = transport.root_certificates(pem);
        }
        let usage = |error: graph_client::Error| Failure::usage(error.to_string());
        transport.build().map(Arc::new).map(Some).map_err(usage)
    }

    fn client_with(&self, mut retry: RetryOptions) -> Result<Client, Failure> {
        let needed = |value: &Option<String>, flag: &str, variable: &str| {
            value
                .clone()
                .filter(|value| !value.is_empty())
                .ok_or_else(|| {
                    Failure::usage(format!("{variable} is not set: set it or pass {flag}"))
                })
        };
        let tenant = needed(&self.tenant, "--tenant", "M365_TENANT_ID")?;
        let app = needed(&self.client, "--client", "M365_CLIENT_ID")?;
        let usage = |error: graph_client::Error| Failure::usage(error.to_string());
        let certificate = self.certificate.as_deref().filter(|path| !path.is_empty());
        let credential = if let Some(path) = certificate {
            let pem = secret::certificate(Path::new(path))?;
            Credential::certificate(app, pem).map_err(usage)?
        } else {
            let secret = needed(&self.secret, "--secret", "M365_CLIENT_SECRET")?;
            Credential::client_secret(app, secret)
        };
        let tenant = TenantId::new(&tenant).map_err(usage)?;
        let mut builder = Client::builder(tenant, credential).cloud(self.cloud.into());
        if let Some(origin) = &self.graph_url {
            builder = builder.graph_origin(origin);
        }
        if let Some(origin) = &self.login_url {
            builder = builder.login_origin(origin);
        }
        if let Some(transport) = self.transport()? {
            builder = builder.transport(transport);
        }
        if let Some(seconds) = self.budget {
            let budget = Duration::from_secs(seconds);
            retry = retry.total_time(budget);
            retry.attempt_timeout = retry.attempt_timeout.min(budget);
        }
        builder.retry(retry).build().map_err(usage)
    }
}
