//! The tenant that a program reads: that of the settings, or a simulated one.

use std::io::Write as _;

use examples::screen;
use tenant_sim::{Sim, SimHandle};

use examples::exit::Failure;
use examples::settings::Settings;

/// The tenant of the settings; without any, a simulated one that lives as long as the handle.
///
/// # Errors
/// When the simulated tenant cannot be started.
pub(crate) async fn or_simulated(
    settings: Settings,
) -> Result<(Settings, Option<SimHandle>), Failure> {
    if !settings.is_empty() {
        return Ok((settings.with_secret()?, None));
    }
    let sim = Sim::builder()
        .start()
        .await
        .map_err(|error| Failure::other(error.to_string()))?;
    let _ = writeln!(
        screen::err(),
        "No credentials are set: this is a simulated tenant at {}\n\
         For a real one set M365_TENANT_ID, M365_CLIENT_ID and M365_CLIENT_SECRET",
        sim.origin()
    );
    let settings = Settings {
        tenant: Some(sim.tenant_id().to_owned()),
        client: Some(sim.client_id().to_owned()),
        secret: Some(sim.client_secret().to_owned()),
        graph_url: Some(sim.graph_url().to_owned()),
        login_url: Some(sim.login_url().to_owned()),
        ..settings
    };
    Ok((settings, Some(sim)))
}
