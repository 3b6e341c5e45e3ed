//! Apps that are given out, and apps that were found.
//! <https://learn.microsoft.com/graph/api/intune-apps-mobileapp-list>,
//! <https://learn.microsoft.com/graph/api/intune-devices-detectedapp-list>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::call::Call;
use crate::guid;
use crate::list;
use crate::odata::query::Expand;
use crate::reply::{GraphError, Reply, Result};
use crate::resource::intune::convention::not_found;
use crate::resource::intune::device;
use crate::tenant::Tenant;
use crate::tenant::estate::app;
use crate::tenant::estate::detected::{self, DetectedApp};
use crate::tenant::estate::managed::{Platform, places};

const APPS: &str = "deviceAppManagement/mobileApps";
const DETECTED: &str = "deviceManagement/detectedApps";

/// Above this `$top`, mobile apps answer with an error of the server.
const MOST_APPS: usize = 100;

pub(crate) fn mobile_apps(call: &Call<'_>) -> Result<Reply> {
    if call.query.top.is_some_and(|top| top > MOST_APPS) {
        return Err(GraphError::new(
            500,
            "InternalServerError",
            "An internal server error has occurred",
        ));
    }
    let apps = app::apps(call.tenant);
    list::documents_expanding(
        call,
        APPS,
        "#microsoft.graph.mobileApp",
        apps.iter(),
        |app: &app::App| app.body.clone(),
        &[("assignments", expand_assignments)],
    )
}

pub(crate) fn mobile_app(call: &Call<'_>) -> Result<Reply> {
    call.query.refuse_unsimulated()?;
    let id = guid::parse(&call.route.id);
    let apps = app::apps(call.tenant);
    let found = apps.iter().find(|app| Some(app.id) == id);
    let found = found.ok_or_else(|| not_found(&call.route.id))?;
    Ok(list::document(call, APPS, "/$entity", &found.body))
}

fn expand_assignments(call: &Call<'_>, of: &Value, _: &Expand) -> Option<Value> {
    let id = guid::parse(of.get("id")?.as_str()?)?;
    let apps = app::apps(call.tenant);
    let app = apps.iter().find(|app| app.id == id)?;
    Some(Value::Array(app.assignments(call.tenant)))
}

pub(crate) fn detected_apps(call: &Call<'_>) -> Result<Reply> {
    let found = detected::found(call.tenant);
    list::documents(
        call,
        DETECTED,
        "#microsoft.graph.detectedApp",
        found.iter(),
        |(app, count): &(DetectedApp, usize)| describe_detected(call.tenant, app, *count),
    )
}

/// The devices that an app was found on.
pub(crate) fn detected_app_devices(call: &Call<'_>) -> Result<Reply> {
    let id = &call.route.id;
    let app = detected::all()
        .find(|app| app.id(call.tenant).eq_ignore_ascii_case(id))
        .ok_or_else(|| not_found(id))?;
    let describe = |at: usize| {
        let managed = app.on(call.tenant, at)?;
        Some(device::describe(call.tenant, &managed))
    };
    list::documents(
        call,
        &format!("{DETECTED}('{id}')/managedDevices"),
        "#microsoft.graph.managedDevice",
        0..places(call.tenant),
        describe,
    )
}

fn describe_detected(tenant: &Tenant, app: &DetectedApp, devices: usize) -> Value {
    json!({
        "id": app.id(tenant),
        "displayName": app.name(),
        "version": app.version(),
        "sizeInByte": app.size(),
        "deviceCount": devices,
        "publisher": app.publisher(),
        "platform": match app.platform() {
            Platform::Windows => "windows",
            Platform::MacOs => "macOS",
            Platform::Ios => "ios",
            Platform::Android => "androidWorkProfile",
        },
    })
}

/// How many of each kind there are.
pub(super) fn counts(tenant: &Tenant) -> BTreeMap<&'static str, usize> {
    let found = detected::found(tenant);
    BTreeMap::from([
        ("mobileApp", app::apps(tenant).len()),
        ("detectedApp", found.len()),
        (
            "detected_on",
            found.iter().map(|(_, devices)| devices).sum(),
        ),
    ])
}
