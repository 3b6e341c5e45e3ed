//! Reads a tenant, and shows what it proves and what it wastes.
//!
//! `cargo run --example quickstart`
//!
//! Without credentials it starts a simulated tenant; with `M365_TENANT_ID`, `M365_CLIENT_ID` and
//! `M365_CLIENT_SECRET` it reads a real one.

mod tenant;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use clap::Parser;
use examples::arguments::parse;
use examples::exit::{Exit, Failure, finish};
use examples::progress::Show;
use examples::settings::Settings;
use examples::{report, screen, time};
use m365_collect::insight::license::{self, Price};
use m365_collect::{Engine, SqliteStore, Store};

/// Reads a Microsoft 365 tenant, and shows what it proves and what it wastes.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    /// Where to keep what was read.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// What a seat costs a month, in US dollars, by part number; several may be given. Without any,
    /// SPB=23 is assumed, and the report says so.
    #[arg(long = "price", value_name = "PRODUCT=DOLLARS", value_parser = price)]
    prices: Vec<(String, Price)>,
}

fn price(text: &str) -> Result<(String, Price), String> {
    let malformed = || format!("{text} is not of the form SPB=23");
    let (product, dollars) = text.split_once('=').ok_or_else(malformed)?;
    let (whole, cents) = dollars.split_once('.').unwrap_or((dollars, "0"));
    let whole: u64 = whole.parse().map_err(|_| malformed())?;
    let cents: u64 = format!("{cents:0<2}").parse().map_err(|_| malformed())?;
    whole
        .checked_mul(100)
        .and_then(|whole| whole.checked_add(cents))
        .filter(|_| !product.is_empty() && cents < 100)
        .map(|cents| (product.to_owned(), Price::new(cents, "USD")))
        .ok_or_else(malformed)
}

/// What the two questions are about, of all that can be read: `m365 sources` lists it.
const ASKED: [&str; 15] = [
    "organization",
    "subscribed_skus",
    "users",
    "sign_in_activity",
    "groups",
    "role_definitions",
    "role_assignments",
    "role_eligibilities",
    "registration_details",
    "per_user_mfa",
    "conditional_access_policies",
    "named_locations",
    "security_defaults",
    "cross_tenant_access_default",
    "cross_tenant_access_partners",
];

#[tokio::main]
async fn main() -> ExitCode {
    match parse("quickstart") {
        Ok(arguments) => finish("quickstart", run(arguments).await),
        Err(exit) => exit,
    }
}

async fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let (settings, simulated) = tenant::or_simulated(arguments.settings).await?;
    let path = match (arguments.store, &simulated) {
        (Some(path), _) => path,
        (None, None) => PathBuf::from("quickstart.m365"),
        // A simulated tenant is another one each time.
        (None, Some(_)) => tempfile::Builder::new()
            .prefix("quickstart-")
            .tempdir()?
            .keep()
            .join("contoso.m365"),
    };
    let client = settings.client()?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await?);
    writeln!(screen::err(), "Reading the tenant {}", client.tenant())?;
    let sync = Engine::new(client, Arc::clone(&store))
        .only(ASKED)
        .progress(Show::default().progress())
        .run()
        .await?;

    let now = SystemTime::now();
    let (facts, directory) = m365_collect::evidence(store.as_ref()).await?;
    let evidence = report::mfa(&facts, &directory.into(), time::timestamp(now)?)?;
    let snapshot = license::Snapshot::load(store.as_ref()).await?;
    let mut options = license::Options::new(now);
    let is_assumed = arguments.prices.is_empty();
    for (product, price) in arguments.prices {
        options = options.price(product, price);
    }
    if is_assumed {
        options = options.price("SPB", Price::new(2_300, "USD"));
    }
    let waste = report::licenses(&license::audit(&snapshot, &options));
    let mut out = std::io::stdout().lock();
    write!(out, "{evidence}\n{waste}")?;
    if is_assumed {
        writeln!(
            out,
            "Assumed: a seat of SPB costs $23 a month; --price says otherwise"
        )?;
    }
    writeln!(out, "\nStore: {}", path.display())?;
    Ok(Exit::from(&sync))
}
